//! A hook and its state, and who keeps it enabled.

use std::sync::atomic::Ordering;

use crate::hooks::hook::Hook;
use crate::sync::{AtomicBool, AtomicU64, AtomicUsize};

/// A hook and its state, shared by its handles, the list and the copies of the list.
pub(crate) struct Listener {
    /// Boxed separately: an `Arc<dyn Hook>` costs address arithmetic at each call.
    pub(crate) hook: Box<dyn Hook>,
    /// The version of the list that added the hook; 0 while it is disabled.
    ///
    /// It differs between any two times the hook is enabled, so it names the time that a guard belongs to. Written under the
    /// list's lock only.
    enabled_at: AtomicU64,
    /// How many guards keep the hook enabled, and in the lowest bit whether `enable` was called.
    ///
    /// Written under the list's lock only; 0 while the hook is disabled, or enabled in scopes only.
    claims: AtomicUsize,
    /// The number of open scopes of the hook. Read and written under the list's lock only.
    scopes: AtomicUsize,
    /// Whether the hook has panicked since it was enabled.
    ///
    /// A panic on two threads at once is reported once.
    has_panicked: AtomicBool,
}

impl Listener {
    pub(crate) fn new(hook: impl Hook) -> Self {
        Listener {
            hook: Box::new(hook),
            enabled_at: AtomicU64::new(0),
            claims: AtomicUsize::new(0),
            scopes: AtomicUsize::new(0),
            has_panicked: AtomicBool::new(false),
        }
    }

    /// Whether the hook receives the events of all resources.
    pub(crate) fn is_enabled(&self) -> bool {
        self.claims.load(Ordering::Acquire) != 0
    }

    pub(super) fn is_listed(&self) -> bool {
        self.enabled_at.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn period(&self) -> Period {
        Period(self.enabled_at.load(Ordering::Relaxed))
    }

    /// The hook is in the list, which is locked.
    pub(super) fn add_claim(&self, claim: Claim) {
        let (claims, scopes) = (self.claims.load(Ordering::Relaxed), self.scopes.load(Ordering::Relaxed));
        match claim {
            Claim::Lasting => self.claims.store(claims | LASTING, Ordering::Release),
            Claim::Guard => self.claims.store(claims.saturating_add(GUARD), Ordering::Release),
            Claim::Scope => self.scopes.store(scopes.saturating_add(1), Ordering::Relaxed),
        }
    }

    /// Returns whether no claim is left. The hook is in the list, which is locked.
    pub(super) fn end_claim(&self, claim: Claim) -> bool {
        let (mut claims, mut scopes) = (self.claims.load(Ordering::Relaxed), self.scopes.load(Ordering::Relaxed));
        match claim {
            Claim::Lasting => claims &= !LASTING,
            Claim::Guard => claims = claims.saturating_sub(GUARD),
            Claim::Scope => scopes = scopes.saturating_sub(1),
        }
        self.claims.store(claims, Ordering::Release);
        self.scopes.store(scopes, Ordering::Relaxed);
        claims == 0 && scopes == 0
    }

    /// The hook begins to be in the list, which is locked; it has no claim yet.
    pub(super) fn begin(&self, enabled_at: u64) {
        self.has_panicked.store(false, Ordering::Relaxed);
        self.enabled_at.store(enabled_at, Ordering::Release);
    }

    /// The hook is no longer in the list, which is locked.
    pub(super) fn end(&self) {
        self.claims.store(0, Ordering::Release);
        self.scopes.store(0, Ordering::Relaxed);
        self.enabled_at.store(0, Ordering::Release);
    }

    /// Returns whether this is the first panic since the hook was enabled.
    pub(crate) fn note_panic(&self) -> bool {
        !self.has_panicked.swap(true, Ordering::Relaxed)
    }
}

const LASTING: usize = 1;
const GUARD: usize = 2;

/// Who keeps a hook enabled.
#[derive(Clone, Copy)]
pub(crate) enum Claim {
    /// `enable` was called: until `disable`.
    Lasting,
    /// A guard: until it is dropped.
    Guard,
    /// A scope: until it has closed. For the resources in it only.
    Scope,
}

/// Names the time from one enabling of a hook to its next disabling.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub(crate) struct Period(pub(super) u64);

impl Period {
    pub(super) fn if_enabled(self) -> Option<Self> {
        (self != Period(0)).then_some(self)
    }
}
