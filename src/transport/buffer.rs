//! The buffers of a connection: allocated at the first use, and zeroed by the allocator, so that a page which is never
//! touched costs nothing. (ureq's own write zeros into all of theirs: 40 page faults of a cold call.)

use ureq::unversioned::transport::Buffers;

use super::progress;

/// Room for a whole head; it grows only for a head that is longer, which is then refused.
const INPUT_BYTES: usize = 64 * 1024;

/// The most that is kept unread: nothing in HTTP that must be seen as a whole is longer.
pub(super) const MOST_INPUT_BYTES: usize = 2 * INPUT_BYTES;

/// Room for the head of a request and the first piece of its body.
const OUTPUT_BYTES: usize = 32 * 1024;

#[derive(Debug, Default)]
pub(super) struct ConnectionBuffers {
    input: Vec<u8>,
    /// What has come and is not consumed: `input[consumed..filled]`.
    consumed: usize,
    filled: usize,
    output: Vec<u8>,
    /// Whether the last look at the input took anything from it: if not, more must come first.
    progressed: bool,
}

impl ConnectionBuffers {
    /// Whether so much stands unread that no more is taken.
    pub(super) fn is_full(&self) -> bool {
        self.filled - self.consumed >= MOST_INPUT_BYTES
    }
}

impl Buffers for ConnectionBuffers {
    fn output(&mut self) -> &mut [u8] {
        if self.output.is_empty() {
            self.output = vec![0; OUTPUT_BYTES];
        }
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.consumed..self.filled]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        if self.input.is_empty() {
            self.input = vec![0; INPUT_BYTES];
        }
        if self.filled == self.input.len() && self.consumed > 0 {
            self.input.copy_within(self.consumed..self.filled, 0);
            self.filled -= self.consumed;
            self.consumed = 0;
        }
        if self.filled == self.input.len() {
            self.input.resize(self.input.len() * 2, 0);
        }
        &mut self.input[self.filled..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progressed = amount > 0;
        self.consumed += amount;
        if self.consumed == self.filled {
            (self.consumed, self.filled) = (0, 0);
        }
        progress::unread(self.filled - self.consumed);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.output();
        self.input_append_buf();
        (&mut self.input[self.filled..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.progressed && !self.input().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(buffers: &mut ConnectionBuffers, bytes: &[u8]) {
        buffers.input_append_buf()[..bytes.len()].copy_from_slice(bytes);
        buffers.input_appended(bytes.len());
    }

    #[test]
    fn what_is_not_consumed_stays_in_order() {
        let mut buffers = ConnectionBuffers::default();
        assert!(!buffers.can_use_input());
        append(&mut buffers, b"abc");
        assert!(!buffers.can_use_input(), "nothing was taken yet");
        buffers.input_consume(1);
        assert!(buffers.can_use_input());
        append(&mut buffers, b"de");
        assert_eq!(buffers.input(), b"bcde");
        buffers.input_consume(4);
        assert!(!buffers.can_use_input());
    }

    #[test]
    fn there_is_room_for_more_up_to_a_limit() {
        let mut buffers = ConnectionBuffers::default();
        let full = vec![b'x'; INPUT_BYTES];
        append(&mut buffers, &full);
        buffers.input_consume(10);
        append(&mut buffers, b"0123456789");
        assert_eq!(buffers.input().len(), INPUT_BYTES);
        assert!(buffers.input().ends_with(b"0123456789"));
        append(&mut buffers, b"!");
        assert_eq!(buffers.input().len(), INPUT_BYTES + 1);
        assert!(!buffers.is_full());
        let rest = vec![b'x'; INPUT_BYTES - 1];
        append(&mut buffers, &rest);
        assert!(buffers.is_full());
    }

    #[test]
    fn the_output_is_there_when_it_is_asked_for() {
        let mut buffers = ConnectionBuffers::default();
        assert_eq!(buffers.output().len(), OUTPUT_BYTES);
        let (spare, output) = buffers.tmp_and_output();
        assert!(!spare.is_empty() && !output.is_empty());
    }
}
