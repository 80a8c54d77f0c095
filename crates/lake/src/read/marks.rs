//! Signs of a text, found many bytes at a time.

use wide::u8x16;

/// Bytes that are looked at at once.
const AT_ONCE: usize = 64;

/// The places of a few signs in a text, one after the other.
pub(super) struct Marks<'text> {
    bytes: &'text [u8],
    signs: [u8x16; 4],
    /// Where what hasn't been looked at begins.
    next: usize,
    /// Those of the bytes before that, the first one lowest.
    found: u64,
}

impl<'text> Marks<'text> {
    /// Of these signs, none of them NUL.
    pub(super) fn of(bytes: &'text [u8], signs: [u8; 4]) -> Self {
        Self { bytes, signs: signs.map(u8x16::splat), next: 0, found: 0 }
    }

    /// Goes on from there.
    pub(super) fn go_on(&mut self, at: usize) {
        self.next = at;
        self.found = 0;
    }

    #[inline]
    fn marks(&self, chunk: &[u8; AT_ONCE]) -> u64 {
        let (parts, _) = chunk.as_chunks();
        let marks = parts.iter().map(|part| {
            let part = u8x16::new(*part);
            let [one, two, three, four] = self.signs.map(|sign| part.simd_eq(sign));
            ((one | two) | (three | four)).to_bitmask()
        });
        marks.rev().fold(0, |marks, part| marks << 16 | u64::from(part))
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while self.found == 0 {
            self.found = match self.bytes.get(self.next..)?.first_chunk() {
                Some(chunk) => self.marks(chunk),
                None => {
                    // What is added behind the end is NUL, and so none of the signs.
                    let rest = self.bytes.get(self.next..).filter(|rest| !rest.is_empty())?;
                    let mut chunk = [0; AT_ONCE];
                    chunk[..rest.len()].copy_from_slice(rest);
                    self.marks(&chunk)
                }
            };
            self.next += AT_ONCE;
        }
        let at = self.next - AT_ONCE + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_found_wherever_it_is() {
        let text: Vec<u8> =
            (0..300_usize).map(|at| if at % 7 == 3 { b";,\n\""[at % 4] } else { b'x' }).collect();
        for end in [0, 1, 15, 16, 63, 64, 65, 128, 200, 300] {
            let text = &text[..end];
            for start in [0, 1, 3, 4, 60, 64, 100, 299, 300, 400] {
                let mut marks = Marks::of(text, *b";,\n\"");
                marks.go_on(start);
                let found: Vec<usize> = marks.by_ref().collect();
                let expected: Vec<usize> = (start..end).filter(|at| text[*at] != b'x').collect();
                assert_eq!(found, expected, "{start}..{end}");
                assert_eq!(marks.next(), None);
            }
        }
    }
}
