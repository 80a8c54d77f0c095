//! What decoders of pictures keep beside the pixels that they give out. The library's limits don't count it, so it is read off the
//! file before anything is decoded; where the file isn't of the plainest kind, the most that its format may take is assumed.

use image::ImageFormat;

/// How many bytes decoding this upload, a picture of so many pixels, keeps beside the pixels.
pub(super) fn beside_pixels(upload: &[u8], format: ImageFormat, pixels: u64) -> u64 {
    match format {
        // Two bytes for each colour of each pixel, until the last scan.
        ImageFormat::Jpeg => pixels.saturating_mul(2 * kept_components(upload)),
        ImageFormat::WebP => {
            let inner = vp8_pixels(upload).max(pixels);
            let halves = match (upload.get(12..16), upload.get(20)) {
                // The planes of a lossy one.
                (Some(b"VP8 "), _) => 3,
                // The picture with transparency, where it has none.
                (Some(b"VP8L"), _) => 9,
                // Transparency, stored as a lossless picture, beside the planes.
                (Some(b"VP8X"), Some(flags)) if flags & 2 == 0 => 16,
                // The canvas, and a frame of its own.
                _ => 32,
            };
            inner.saturating_mul(halves) / 2
        }
        // A frame that doesn't fill the picture is counted by the library; a line is nothing.
        _ => 0,
    }
}

/// Of how many components a JPEG's decoder keeps the coefficients: of none when the only scan of a sequential picture has them all.
fn kept_components(upload: &[u8]) -> u64 {
    const MOST: u64 = 4;
    let mut rest = upload.get(2..).unwrap_or_default();
    let mut frame = None;
    while let [0xff, marker, high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        match (marker, frame) {
            // A second frame is no JPEG that anybody makes.
            (0xc0..=0xc2, None) => frame = tail.get(5).map(|components| (*marker, *components)),
            (0xda, Some((kind, components))) => {
                let is_whole = kind != 0xc2 && tail.first() == Some(&components);
                return if is_whole { 0 } else { u64::from(components).min(MOST) };
            }
            (0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe, _) => {}
            _ => return MOST,
        }
        let Some(next) = length.checked_sub(2).and_then(|length| tail.get(length..)) else { return MOST };
        rest = next;
    }
    MOST
}

/// The most pixels that a lossy stream within a WebP says it has. The decoder believes it before it compares it with the file's head.
fn vp8_pixels(upload: &[u8]) -> u64 {
    let streams = upload.windows(18).filter(|at| at.starts_with(b"VP8 ") && at[11..14] == [0x9d, 0x01, 0x2a]);
    let side = |low: u8, high: u8| u64::from(u16::from_le_bytes([low, high]) & 0x3fff);
    streams.map(|at| side(at[14], at[15]) * side(at[16], at[17])).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame header and a scan header of so many components.
    fn jpeg(frame: u8, components: u8, in_scan: u8) -> Vec<u8> {
        let mut bytes = vec![
            0xff,
            0xd8,
            0xff,
            0xe0,
            0,
            4,
            1,
            2,
            0xff,
            frame,
            0,
            8 + 3 * components,
            8,
            0,
            9,
            0,
            9,
            components,
        ];
        bytes.extend(vec![0; usize::from(3 * components)]);
        bytes.extend([0xff, 0xda, 0, 6 + 2 * in_scan, in_scan]);
        bytes
    }

    #[test]
    fn a_jpeg_is_kept_twice_unless_it_comes_in_one_scan() {
        let beside = |upload: &[u8]| beside_pixels(upload, ImageFormat::Jpeg, 100);
        assert_eq!(beside(&jpeg(0xc0, 3, 3)), 0);
        assert_eq!(beside(&jpeg(0xc1, 1, 1)), 0);
        assert_eq!(beside(&jpeg(0xc0, 3, 1)), 600, "a scan for each colour");
        assert_eq!(beside(&jpeg(0xc2, 3, 3)), 600, "progressive");
        assert_eq!(beside(&jpeg(0xc2, 60, 3)), 800);
        let twice = [jpeg(0xc0, 3, 3)[..27].to_vec(), jpeg(0xc2, 3, 3)[8..].to_vec()].concat();
        assert_eq!(beside(&twice), 800, "two frames");
        assert_eq!(beside(&[0xff, 0xd8, 0, 0]), 800, "nothing that is known");
    }

    #[test]
    fn a_webp_is_as_large_as_the_largest_stream_in_it() {
        let beside = |upload: &[u8]| beside_pixels(upload, ImageFormat::WebP, 100);
        let chunk = |kind: &[u8; 4], content: &[u8]| {
            [b"RIFF\0\0\0\0WEBP", kind.as_slice(), &[0; 4], content].concat()
        };
        let stream =
            [&[0, 0, 0, 0x9d, 0x01, 0x2a], 1000_u16.to_le_bytes().as_slice(), &2000_u16.to_le_bytes()]
                .concat();
        assert_eq!(beside(&chunk(b"VP8 ", &[0; 12])), 150);
        assert_eq!(beside(&chunk(b"VP8 ", &stream)), 3_000_000);
        assert_eq!(beside(&chunk(b"VP8L", &[0; 12])), 450);
        assert_eq!(beside(&chunk(b"VP8X", &[0x10; 12])), 800);
        assert_eq!(beside(&chunk(b"VP8X", &[0x02; 12])), 1600, "it moves");
        let inner = [&[0x10; 10], b"VP8 ".as_slice(), &[0; 4], &stream].concat();
        assert_eq!(beside(&chunk(b"VP8X", &inner)), 16_000_000);
    }
}
