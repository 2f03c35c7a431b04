//! How far the exchange of this thread came.
//!
//! ureq's errors cannot tell "sent nothing" from "sent some": the bytes are counted below TLS, where they leave.
//! All of an exchange's I/O is done by the thread that called, so a thread-local value is enough.

use std::cell::Cell;

use crate::error::Phase;

/// How far it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) phase: Phase,
    /// Bytes below TLS that were handed to the operating system, or were about to be.
    pub(super) sent_bytes: u64,
}

const START: Progress = Progress {
    phase: Phase::Resolve,
    sent_bytes: 0,
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

/// `bytes` are about to be written. Whatever is written while no connection is being made belongs to the request:
/// a connection from the pool is connected already, and goes through no connector.
pub(super) fn sending(bytes: usize) {
    let mut progress = PROGRESS.get();
    if progress.phase == Phase::Tls {
        return;
    }
    progress.phase = Phase::Send;
    progress.sent_bytes += bytes as u64;
    PROGRESS.set(progress);
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
