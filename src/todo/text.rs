//! Todo text comes from agents, files and other machines: data, never to be trusted by a terminal.

/// Returns text on one line without anything that a terminal, a log or a reader's eye could take for
/// something else: control characters, escape sequences, characters that are invisible or turn the
/// direction of writing.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            _ if is_hazard(char) => out.push('\u{fffd}'),
            _ => out.push(char),
        }
    }
    out
}

fn is_hazard(char: char) -> bool {
    char.is_control()
        || matches!(u32::from(char),
            0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0E
            | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
            && !matches!(char, '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_teeth_out() {
        assert_eq!(plain("a\u{1b}[2Jb\u{202e}c\u{9b}d\u{7}"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d\u{fffd}");
        assert_eq!(plain("two\r\nlines\tand \u{e0041}tag"), "two  lines and \u{fffd}tag");
    }

    #[test]
    fn leaves_words_alone() {
        let text =
            "R\u{e9}parer \u{8bfb}\u{53d6} \u{1f468}\u{200d}\u{1f469} \u{2764}\u{fe0f} \u{5e9}\u{5dc}\u{5d5}\u{5dd}";
        assert_eq!(plain(text), text);
    }
}
