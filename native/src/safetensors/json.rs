//! The part of JSON (RFC 8259) that a safetensors header uses: objects, arrays, strings, whole numbers.
//!
//! Strict where common readers are lenient: no duplicate keys, no leading zeros, no half surrogates, no NaN.
//! Nothing here recurses, so depth in the text is no depth on the stack.

use std::collections::HashSet;

use crate::error::{Error, Result};

/// A position in a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Reads an object, giving each key to `entry`, which reads the value.
    pub(super) fn object(&mut self, mut entry: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        let mut seen = HashSet::new();
        self.items(b'{', b'}', "an object `{`", |reader| {
            let key = reader.string("a name in quotes")?;
            reader.require(b':', "`:`")?;
            entry(reader, &key)?;
            if seen.contains(&key) {
                return Err(Error::DuplicateKey { key: shortened(&key) });
            }
            seen.insert(key);
            Ok(())
        })
    }

    /// Reads an array, calling `item` in front of each element.
    pub(super) fn array(&mut self, item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.items(b'[', b']', "an array `[`", item)
    }

    fn items(
        &mut self,
        open: u8,
        close: u8,
        what: &'static str,
        mut item: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.require(open, what)?;
        if self.skip(close) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.skip(close) {
                return Ok(());
            }
            self.require(b',', "`,` or the end of the list")?;
        }
    }

    /// Reads a whole number from 0 to 2^64 - 1.
    pub(super) fn integer(&mut self) -> Result<u64> {
        const WHAT: &str = "a whole number from 0 to 18446744073709551615";
        self.space();
        let rest = &self.text[self.at..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let follows = rest.as_bytes().get(digits).copied();
        let leading_zero = digits > 1 && rest.starts_with('0');
        if leading_zero || matches!(follows, Some(b'.' | b'e' | b'E')) {
            return Err(self.expected(WHAT));
        }
        let number = rest[..digits].parse().map_err(|_| self.expected(WHAT))?;
        self.at += digits;
        Ok(number)
    }

    /// Reads a string and undoes its escapes.
    pub(super) fn string(&mut self, what: &'static str) -> Result<String> {
        self.require(b'"', what)?;
        let mut value = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .bytes()
                .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f))
                .count();
            value.push_str(&rest[..plain]);
            self.at += plain;
            match rest.as_bytes().get(plain) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => value.push(self.escape()?),
                Some(_) => return Err(self.expected("no control character in a string")),
                None => return Err(self.expected("the closing quote of a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        self.at += 1;
        let letter = self.text.as_bytes().get(self.at).copied();
        let simple = match letter {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.expected("a JSON escape")),
        };
        self.at += 1;
        Ok(simple)
    }

    /// `\uXXXX`, or two of them that make one character beyond the first plane.
    fn unicode_escape(&mut self) -> Result<char> {
        const WHAT: &str = "a whole character, not half a surrogate pair";
        let first = self.four_digits()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        if first >= 0xdc00 || !self.text[self.at..].starts_with("\\u") {
            return Err(self.expected(WHAT));
        }
        self.at += 1;
        let second = self.four_digits()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(self.expected(WHAT));
        }
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(|| self.expected(WHAT))
    }

    /// Stands on the `u` of an escape; leaves behind its digits.
    fn four_digits(&mut self) -> Result<u32> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5);
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0, |value, digit| {
                char::from(*digit).to_digit(16).map(|digit| value * 16 + digit)
            })
        });
        let value = value.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.at += 5;
        Ok(value)
    }

    /// Says whether the next character but for spaces is a quote, that is, whether a string follows.
    pub(super) fn before_string(&mut self) -> bool {
        self.space();
        self.text.as_bytes().get(self.at) == Some(&b'"')
    }

    /// Requires that only white space is left.
    pub(super) fn end(&mut self) -> Result<()> {
        self.space();
        if self.at == self.text.len() {
            return Ok(());
        }
        Err(self.expected("the end of the header"))
    }

    fn require(&mut self, byte: u8, what: &'static str) -> Result<()> {
        if self.skip(byte) {
            return Ok(());
        }
        Err(self.expected(what))
    }

    fn skip(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
            .count();
    }

    /// Where the reader stands, in bytes.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The error that something else should stand here.
    pub(super) fn expected(&self, expected: &'static str) -> Error {
        Error::HeaderSyntax { expected, at: self.at }
    }
}

/// What an error sentence shows of a text from the file.
pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 80;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
