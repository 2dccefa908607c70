//! When the engine has died or hangs: what to do. Pure; the clock is passed in.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Deserialize;

/// Without any frame, or with the engine's loop stuck, for this long the engine hangs.
pub const SILENCE: Duration = Duration::from_secs(60);
/// Deaths older than this are forgotten.
pub const WINDOW: Duration = Duration::from_secs(5 * 60);
/// So many deaths that no job explains, without progress between them, and the supervisor stops and asks.
pub const DEATHS: usize = 3;

/// What to do about a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Start the engine again.
    Restart,
    /// Stop and ask.
    GiveUp,
}

/// The engine's history as far as it matters for the next decision. Times are since any fixed moment.
#[derive(Debug, Default)]
pub struct Policy {
    heard: Duration,
    owed: Option<Debt>,
    running: Option<u64>,
    deaths: VecDeque<Death>,
}

/// For how long the engine's loop had owed an answer, and when it said so.
#[derive(Debug)]
struct Debt {
    told: Duration,
    lag: Duration,
}

#[derive(Debug)]
struct Death {
    at: Duration,
    job: Option<u64>,
}

#[derive(Deserialize)]
struct JobChanged {
    job: u64,
    row: Row,
}

#[derive(Deserialize)]
struct Row {
    state: String,
}

impl Policy {
    /// The engine was started.
    pub fn started(&mut self, now: Duration) {
        self.heard = now;
        self.owed = None;
        self.running = None;
    }

    /// Any frame arrived.
    pub fn heard(&mut self, now: Duration) {
        self.heard = now;
    }

    /// A heartbeat arrived: the engine's loop has owed an answer for `lag`.
    pub fn beat(&mut self, now: Duration, lag: Duration) {
        self.heard = now;
        self.owed = (lag >= SILENCE / 4).then_some(Debt { told: now, lag });
    }

    /// An event arrived. Only what says how jobs fare is looked into.
    pub fn event(&mut self, json: &[u8]) {
        // Quotes inside JSON strings are escaped, so that no prompt can look like this.
        if contains(json, br#""type":"jobChanged""#)
            && let Ok(changed) = serde_json::from_slice::<JobChanged>(json)
        {
            self.job(changed.job, &changed.row.state);
        } else if contains(json, br#""type":"pictureSaved""#) {
            self.deaths.clear();
        }
    }

    fn job(&mut self, job: u64, state: &str) {
        match state {
            "running" | "saving" => self.running = Some(job),
            "done" | "failed" | "cancelled" => {
                self.running = self.running.filter(|running| *running != job);
                self.deaths.clear();
            }
            _ => self.running = self.running.filter(|running| *running != job),
        }
    }

    /// Whether the engine has been silent or stuck for too long.
    #[must_use]
    pub fn hangs(&self, now: Duration) -> bool {
        let silent = now.saturating_sub(self.heard);
        let stuck = self.owed.as_ref().map(|debt| now.saturating_sub(debt.told) + debt.lag);
        silent.max(stuck.unwrap_or_default()) >= SILENCE
    }

    /// The engine died.
    ///
    /// A death while a job ran is the queue's to judge, which fails the job at the third; only a further one over the
    /// same job counts here.
    pub fn died(&mut self, now: Duration) -> Verdict {
        self.deaths.push_back(Death {
            at: now,
            job: self.running.take(),
        });
        while self
            .deaths
            .front()
            .is_some_and(|death| now.saturating_sub(death.at) > WINDOW)
        {
            self.deaths.pop_front();
        }
        if self.unexplained() >= DEATHS {
            Verdict::GiveUp
        } else {
            Verdict::Restart
        }
    }

    fn unexplained(&self) -> usize {
        let over = |job: Option<u64>| self.deaths.iter().filter(|death| death.job == job).count();
        let worst = self
            .deaths
            .iter()
            .filter(|death| death.job.is_some())
            .map(|death| over(death.job))
            .max();
        over(None) + if worst.unwrap_or(0) > DEATHS { DEATHS } else { 0 }
    }

    /// Somebody asked for the engine: the past is forgiven.
    pub fn forgive(&mut self) {
        self.deaths.clear();
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn changed(job: u64, state: &str) -> Vec<u8> {
        format!(r#"{{"job":{job},"seq":1,"row":{{"id":{job},"state":"{state}"}},"type":"jobChanged"}}"#).into_bytes()
    }

    fn die_at_work(policy: &mut Policy, now: u64, job: u64) -> Verdict {
        policy.started(at(now));
        policy.event(&changed(job, "running"));
        policy.died(at(now))
    }

    #[test]
    fn three_deaths_in_five_minutes_stop_and_ask() {
        let mut policy = Policy::default();
        assert_eq!(policy.died(at(1)), Verdict::Restart);
        assert_eq!(policy.died(at(2)), Verdict::Restart);
        assert_eq!(policy.died(at(3)), Verdict::GiveUp);
    }

    #[test]
    fn deaths_far_apart_never_stop() {
        let mut policy = Policy::default();
        assert!((0..50).all(|death| policy.died(at(death * 151)) == Verdict::Restart));
    }

    #[test]
    fn a_saved_picture_or_an_ended_job_is_progress() {
        let endings = [
            br#"{"job":4,"seq":9,"picture":{},"type":"pictureSaved"}"#.to_vec(),
            changed(4, "failed"),
        ];
        for ending in endings {
            let mut policy = Policy::default();
            for now in 0..20 {
                assert_eq!(policy.died(at(now)), Verdict::Restart);
                policy.event(&ending);
            }
        }
    }

    #[test]
    fn the_queue_gets_the_start_in_which_it_fails_a_poison_job() {
        let mut policy = Policy::default();
        assert!((0..3).all(|now| die_at_work(&mut policy, now, 7) == Verdict::Restart));
        assert_eq!(die_at_work(&mut policy, 3, 8), Verdict::Restart);
    }

    #[test]
    fn a_job_that_kills_a_fourth_time_stops_and_asks() {
        let mut policy = Policy::default();
        assert!((0..3).all(|now| die_at_work(&mut policy, now, 7) == Verdict::Restart));
        assert_eq!(die_at_work(&mut policy, 3, 7), Verdict::GiveUp);
    }

    #[test]
    fn a_death_after_the_job_was_interrupted_is_not_the_jobs() {
        let mut policy = Policy::default();
        for now in 0..2 {
            policy.event(&changed(7, "running"));
            policy.event(&changed(7, "interrupted"));
            assert_eq!(policy.died(at(now)), Verdict::Restart);
        }
        assert_eq!(policy.died(at(2)), Verdict::GiveUp);
    }

    #[test]
    fn asking_forgives() {
        let mut policy = Policy::default();
        policy.died(at(1));
        policy.died(at(2));
        policy.forgive();
        assert_eq!(policy.died(at(3)), Verdict::Restart);
    }

    #[test]
    fn silence_of_a_minute_hangs_and_any_frame_is_life() {
        let mut policy = Policy::default();
        policy.started(at(100));
        assert!(!policy.hangs(at(159)));
        assert!(policy.hangs(at(160)));
        policy.heard(at(159));
        assert!(!policy.hangs(at(218)));
    }

    #[test]
    fn a_beating_engine_with_a_stuck_loop_hangs() {
        let mut policy = Policy::default();
        policy.started(at(0));
        for now in 1..=59 {
            policy.beat(at(now), at(now));
            assert!(!policy.hangs(at(now)), "after {now} s");
        }
        policy.beat(at(60), at(60));
        assert!(policy.hangs(at(60)));
        policy.beat(at(61), Duration::ZERO);
        assert!(!policy.hangs(at(61)));
    }

    #[test]
    fn a_prompt_cannot_pretend_progress() {
        let mut policy = Policy::default();
        policy.died(at(1));
        policy.died(at(2));
        let prompt = serde_json::json!({"prompt": r#""type":"pictureSaved""#, "type": "jobProgressed"}).to_string();
        policy.event(prompt.as_bytes());
        assert_eq!(policy.died(at(3)), Verdict::GiveUp);
    }
}
