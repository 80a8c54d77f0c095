//! A grid of dots drawn with braille characters: two dots across and four down in each cell.

/// Dots, all off at first; the origin is at the top left.
pub(super) struct Canvas {
    columns: usize,
    cells: Vec<u8>,
}

/// The bit of each dot in a braille character, by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// The braille character without dots.
const BLANK: u32 = 0x2800;

impl Canvas {
    /// A canvas of this many characters.
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self { columns, cells: vec![0; columns * rows] }
    }

    /// How many characters it is wide.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Sets a dot; dots outside are left out.
    pub(super) fn dot(&mut self, across: usize, down: usize) {
        if across / 2 >= self.columns {
            return;
        }
        if let Some(cell) = self.cells.get_mut(down / 4 * self.columns + across / 2) {
            *cell |= BITS[down % 4][across % 2];
        }
    }

    /// Sets the dots of a straight line, both ends included.
    pub(super) fn line(&mut self, from: (usize, usize), to: (usize, usize)) {
        let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
        let between = |start: usize, end: usize, step: usize| {
            let part = step as f64 / steps as f64;
            (start as f64 + (end as f64 - start as f64) * part).round() as usize
        };
        for step in 0..=steps {
            self.dot(between(from.0, to.0, step), between(from.1, to.1, step));
        }
    }

    /// The rows as text; blank cells at the end are left out.
    pub(super) fn rows(&self) -> impl Iterator<Item = String> {
        self.cells.chunks(self.columns).map(|cells| {
            let row: String = cells
                .iter()
                .map(|bits| match bits {
                    0 => ' ',
                    bits => char::from_u32(BLANK + u32::from(*bits)).unwrap_or(' '),
                })
                .collect();
            row.trim_end().to_owned()
        })
    }
}
