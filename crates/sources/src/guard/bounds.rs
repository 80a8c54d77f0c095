//! How much of anything a statement may have, so that checking it is always quick and never overflows a stack.

/// The longest statement, in bytes.
pub(super) const MAX_BYTES: usize = 100_000;

/// The most tokens, white space included.
pub(super) const MAX_TOKENS: usize = 50_000;

/// How deep parentheses, brackets and `CASE` may be nested in the text.
pub(super) const MAX_BRACKETS: usize = 40;

/// The most operators and keywords. A chain such as `a + b + c …` is one node deeper for each of them, and a tree is
/// dropped by recursion.
pub(super) const MAX_INFIX: usize = 2_000;

/// How deep the parser may recurse.
pub(super) const PARSER_RECURSION: usize = 100;

/// How deep the walk may recurse. Chains of operators are walked by a loop and don't count.
pub(super) const MAX_DEPTH: usize = 150;

/// The most nodes of the syntax tree.
pub(super) const MAX_NODES: usize = 30_000;

/// How many expressions the parser may begin to read, besides one for each byte.
pub(super) const EXPRESSIONS: usize = 2_000;

/// The stack that parsing, walking and dropping a statement within these bounds needs at most, in bytes. Without
/// optimisation one level of the parser takes tens of kilobytes. It is address space; what isn't used isn't memory.
pub(super) const STACK: usize = 64 << 20;

/// The stack that a statement of this depth needs at most. Taking a new one costs more than checking a short statement.
pub(super) fn stack(depth: usize) -> usize {
    const START: usize = 256 << 10;
    const LEVEL: usize = if cfg!(debug_assertions) { 256 << 10 } else { 16 << 10 };
    STACK.min(START + depth * LEVEL)
}
