//! What must hold of the recordings of a program.

use async_hooks::recorder::Recording;

use crate::agreement::{self, Agreement};
use crate::chains::{self, Chains};
use crate::edges::{self, Edge};
use crate::manner::Manner;
use crate::recorded::Recorded;
use crate::settled::{living_tasks, tasks};

pub(crate) struct Claims {
    pub(crate) recorded: Recorded,
    pub(crate) has_tokio_spans: bool,
}

impl Claims {
    /// Prints what the recordings hold; `read` is the last one, from its file.
    pub(crate) fn wrong(&self, read: &Recording, edges: &[Edge]) -> Vec<String> {
        let Recorded { manner, living, ended, .. } = &self.recorded;
        let mut wrong = complaints([(read == ended, "the file does not hold the same")]);
        wrong.extend(self.wrong_chains(living));
        wrong.extend(self.wrong_chains(read));
        wrong.extend(self.disagreements());
        if *manner == Manner::Whole {
            wrong.extend(self.wrong_counts());
            let seen = edges::seen(&self.recorded);
            seen.iter().for_each(|((task, trigger), times)| println!("      {times:>6} × {task:<38} by {trigger}"));
            wrong.extend(edges::wrong(&seen, edges));
        }
        wrong
    }

    fn wrong_chains(&self, recording: &Recording) -> Vec<String> {
        let Chains { lifetimes, whole, deepest, cycles, not_alive, not_running, ends } = chains::of(recording);
        println!("    {whole} of {lifetimes} chains end at the root, the longest has {deepest}");
        let begun = recording.interval().start();
        let is_lossless = matches!(self.recorded.manner, Manner::Whole | Manner::CutShort);
        // With the last event of a task that has ended, its trigger is forgotten.
        let has_ended = |id| {
            self.recorded.tasks.values().any(|task| task.async_id == id && task.ended.is_some_and(|at| at < begun))
        };
        complaints([
            (cycles == 0, "a chain never ends"),
            (not_alive == 0, "a trigger was not alive"),
            // A span may be created by another while neither is entered.
            (not_running == 0 || !is_lossless || self.has_tokio_spans, "a trigger did not run"),
            (ends.is_empty() || !is_lossless, "a chain does not end at the root"),
            (ends.into_iter().all(has_ended), "a chain ends at what had not ended before the interval"),
            (recording.gaps().is_empty() && recording.lost() == 0 || !is_lossless, "events are lost"),
        ])
    }

    fn disagreements(&self) -> Vec<String> {
        let agreement = agreement::of(&self.recorded, self.has_tokio_spans);
        let Agreement { compared, from_jobs, from_drops, of_others, wrong } = agreement;
        print!("    {compared} tasks compared with tokio, {} differ; ", wrong.len());
        println!("{from_jobs} spawned by blocking jobs, {from_drops} by drops, {of_others} on other runtimes");
        let mut complaints = complaints([
            (of_others == 0 || self.has_tokio_spans, "tokio does not know of a task"),
            (living_tasks(&self.recorded.ended) == 0, "a task has not ended"),
        ]);
        complaints.extend(wrong);
        complaints
    }

    fn wrong_counts(&self) -> Vec<String> {
        let Recorded { living, spawned, alive, .. } = &self.recorded;
        let (count, living) = (tasks(living).count() as u64, living_tasks(living));
        println!("    {count} tasks, {living} alive; by tokio's metrics {spawned}, {alive}");
        let is_right = count == *spawned || self.has_tokio_spans && count > *spawned;
        complaints([(is_right && living == *alive, "tokio's metrics count others")])
    }
}

fn complaints<const N: usize>(claims: [(bool, &str); N]) -> Vec<String> {
    claims.into_iter().filter(|(holds, _)| !holds).map(|(_, complaint)| complaint.to_owned()).collect()
}
