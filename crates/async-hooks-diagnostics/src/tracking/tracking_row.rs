//! One line of a tracking report.

use std::borrow::Cow;

/// What one probe of a [`TrackingReport`](crate::TrackingReport) has found.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::tracking_report;
///
/// # futures::executor::block_on(async {
/// let report = tracking_report().await;
/// let find = |what| report.rows().iter().find(|row| row.what() == what).unwrap();
///
/// let thread = find("std::thread::spawn");
/// assert_eq!((thread.is_tracked(), thread.carries_values()), (Some(false), Some(false)));
/// assert!(thread.remedy().unwrap().contains("async_hooks::thread::spawn"));
///
/// let spawn = find("tokio::spawn");
/// assert_eq!(spawn.is_tracked(), None);
/// # #[cfg(feature = "tokio")]
/// assert_eq!(spawn.remark(), Some("no runtime here: ask inside of one"));
/// # });
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrackingRow {
    pub(super) what: Cow<'static, str>,
    pub(super) is_tracked: Option<bool>,
    pub(super) carries_values: Option<bool>,
    pub(super) remark: Option<Cow<'static, str>>,
    pub(super) remedy: Option<Cow<'static, str>>,
}

/// What a probe sees where it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finding {
    pub(crate) is_tracked: bool,
    pub(crate) has_value: bool,
}

impl TrackingRow {
    /// A row of something that could be tried, or not.
    pub(crate) fn new(what: impl Into<Cow<'static, str>>, found: Option<Finding>) -> TrackingRow {
        TrackingRow {
            what: what.into(),
            is_tracked: found.map(|found| found.is_tracked),
            carries_values: found.map(|found| found.has_value),
            remark: None,
            remedy: None,
        }
    }

    pub(crate) fn with_remark(self, remark: impl Into<Cow<'static, str>>) -> TrackingRow {
        TrackingRow { remark: Some(remark.into()), ..self }
    }

    /// Adds what to write, if there is a gap.
    pub(crate) fn or_write(self, remedy: impl Into<Cow<'static, str>>) -> TrackingRow {
        let is_gap = self.is_tracked == Some(false) || self.carries_values == Some(false);
        if is_gap { self.write(remedy) } else { self }
    }

    pub(crate) fn write(self, remedy: impl Into<Cow<'static, str>>) -> TrackingRow {
        TrackingRow { remedy: Some(remedy.into()), ..self }
    }

    /// What was tried: `"tokio::spawn"`.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Whether it is a resource, with an id, a trigger and events.
    ///
    /// `None` if it could not be tried; the [`remark`](Self::remark) says why.
    #[must_use]
    pub fn is_tracked(&self) -> Option<bool> {
        self.is_tracked
    }

    /// Whether it has the values of the code that made it.
    ///
    /// `None` if it could not be tried, or if it runs no code.
    #[must_use]
    pub fn carries_values(&self) -> Option<bool> {
        self.carries_values
    }

    /// A remark about what was found.
    #[must_use]
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// What to write to close the gap; `None` if there is none.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }
}
