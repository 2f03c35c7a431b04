//! How far the exchange of this thread came.
//!
//! ureq's errors cannot tell "sent nothing" from "sent some": the bytes are counted below TLS, where they leave.
//! All of an exchange's I/O is done by the thread that called, so a thread-local value is enough.
//!
//! ```text
//! Resolve ─► Connect ─► Tls ─► Send ─► Wait ─► Receive
//!                │              ▲
//!                └──────────────┘  plain HTTP, or a connection of the pool
//! ```
//! Through a proxy, a connection to it is made within the making of the connection: [`Progress::depth`] is then above 0,
//! and what is sent is the proxy's, not the request's.

use std::cell::Cell;

use crate::error::Phase;

/// How far it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) phase: Phase,
    /// Bytes of the request, below TLS, that were handed to the operating system or were about to be.
    pub(super) sent_bytes: u64,
    /// Bytes below TLS that came and were not taken.
    pub(super) unread_bytes: usize,
    /// How many connections are being made, one within the other.
    depth: u8,
}

impl Progress {
    /// Whether the connection is still being made.
    pub(super) fn is_connecting(&self) -> bool {
        self.depth > 0
    }
}

const START: Progress = Progress {
    phase: Phase::Resolve,
    sent_bytes: 0,
    unread_bytes: 0,
    depth: 0,
};

thread_local! {
    static PROGRESS: Cell<Progress> = const { Cell::new(START) };
}

/// A new exchange begins.
pub(super) fn start() {
    PROGRESS.set(START);
}

/// Where the exchange stands.
pub(super) fn now() -> Progress {
    PROGRESS.get()
}

/// The exchange enters `phase`.
pub(super) fn enter(phase: Phase) {
    PROGRESS.set(Progress {
        phase,
        ..PROGRESS.get()
    });
}

/// So many bytes that came are not taken yet.
pub(super) fn unread(bytes: usize) {
    PROGRESS.set(Progress {
        unread_bytes: bytes,
        ..PROGRESS.get()
    });
}

/// A connection begins to be made.
pub(super) fn begin_connection() {
    let progress = PROGRESS.get();
    PROGRESS.set(Progress {
        phase: Phase::Connect,
        depth: progress.depth + 1,
        ..progress
    });
}

/// A connection is made: if it is the outermost, the request comes next.
pub(super) fn end_connection() {
    let progress = PROGRESS.get();
    let depth = progress.depth.saturating_sub(1);
    let phase = if depth == 0 {
        Phase::Send
    } else {
        Phase::Connect
    };
    PROGRESS.set(Progress {
        phase,
        depth,
        ..progress
    });
}

/// `bytes` are about to be written. Outside of the making of a connection they belong to the request, also where
/// the connection comes from the pool.
pub(super) fn sending(bytes: usize) {
    let progress = PROGRESS.get();
    if progress.depth == 0 {
        PROGRESS.set(Progress {
            phase: Phase::Send,
            sent_bytes: progress.sent_bytes + bytes as u64,
            ..progress
        });
    }
}

/// The thread waits for bytes.
pub(super) fn waiting() {
    if PROGRESS.get().phase == Phase::Send {
        enter(Phase::Wait);
    }
}

/// Bytes came.
pub(super) fn received() {
    if PROGRESS.get().phase == Phase::Wait {
        enter(Phase::Receive);
    }
}
