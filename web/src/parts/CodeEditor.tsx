// A place for SQL or a template to be read and written, with its words coloured. Loaded when the first one is opened.
import { autocompletion, closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import { NONCE } from '../app/nonce';

export interface Editor {
  /** Writes a text where the cursor is, in the place of what is selected. */
  insert: (text: string) => void;
}

interface EditorProps {
  ref?: Ref<Editor>;
  language: 'sql' | 'template';
  label: string;
  value: string;
  isReadOnly: boolean;
  onChange?: (value: string) => void;
  /** Control or Command with Enter. */
  onSubmit?: () => void;
}

/** A change that nobody typed. */
const fromOutside = Annotation.define<boolean>();

const look = EditorView.theme({
  '&': { fontSize: '13.5px', backgroundColor: 'transparent', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none', boxShadow: 'inset 0 0 0 2px var(--accent)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.65', maxHeight: '50vh' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 14px' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--quiet)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--accent-soft) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', borderColor: 'var(--line)' },
});

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
]);

export function CodeEditor({ ref, language, label, value, isReadOnly, onChange, onSubmit }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const writable = useRef(new Compartment());
  const calls = useRef({ onChange, onSubmit });
  calls.current = { onChange, onSubmit };

  useEffect(() => {
    if (!place.current) return;
    const editor = new EditorView({
      parent: place.current,
      doc: value,
      extensions: [
        EditorView.cspNonce.of(NONCE),
        look,
        syntaxHighlighting(colors),
        language === 'sql' ? [sql(), autocompletion()] : [],
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        EditorView.lineWrapping,
        // What is scrolled can be reached with the keyboard, also when it can't be written.
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        keymap.of([
          { key: 'Mod-Enter', run: () => (calls.current.onSubmit?.(), true) },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          const isOurs = update.transactions.some((one) => one.annotation(fromOutside));
          if (update.docChanged && !isOurs) calls.current.onChange?.(update.state.doc.toString());
        }),
        writable.current.of(access(isReadOnly)),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
    // The editor is made once; what changes later is told to it below.
  }, [language, label]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value) {
      editor.dispatch({
        changes: { from: 0, to: editor.state.doc.length, insert: value },
        annotations: fromOutside.of(true),
      });
    }
  }, [value]);
  const wasReadOnly = useRef(isReadOnly);
  useEffect(() => {
    if (wasReadOnly.current === isReadOnly) return;
    wasReadOnly.current = isReadOnly;
    view.current?.dispatch({ effects: writable.current.reconfigure(access(isReadOnly)) });
    // Whoever wanted to write writes here; whoever came for something else keeps the focus where it is.
    if (!isReadOnly) view.current?.focus();
  }, [isReadOnly]);
  useImperativeHandle(ref, () => ({
    insert: (text) => {
      const editor = view.current;
      if (!editor) return;
      editor.dispatch(editor.state.replaceSelection(text), { userEvent: 'input', scrollIntoView: true });
      editor.focus();
    },
  }));

  return <div ref={place} />;
}

function access(isReadOnly: boolean) {
  return [EditorState.readOnly.of(isReadOnly), EditorView.editable.of(!isReadOnly)];
}
