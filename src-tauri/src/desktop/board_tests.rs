use genglossary_engine::Pause;
use serde_json::json;

use super::*;

/// A view of the run `id`; stages are (status, done, total).
pub(in super::super) fn run(id: &str, status: &str, revision: u32, stages: &[(&str, u32, u32)]) -> RunView {
    let names = ["load", "extract", "define", "review", "refine"];
    let mut view = json!({
        "id": id, "project_id": "p", "project_name": "Seeds", "scope": "full", "trigger": "user", "status": status,
        "cancelling": false, "engine": "embedded/1", "model": null, "app_version": "0.1.0",
        "created_at": "2026-01-01T00:00:00.000Z", "started_at": null, "finished_at": null, "stages": [],
        "error": null, "revision": revision, "resumes": null, "missing": 0, "cancel_requested_at": null,
        "stop_reason": null, "owner": "this", "waiting": null, "paused": null, "suspended_ms": 0, "has_results": false, "pinned": false,
        "has_log": true,
    });
    view["stages"] = stages
        .iter()
        .zip(names)
        .map(|((status, done, total), stage)| {
            json!({
                "stage": stage, "status": status, "done": done, "total": total, "reused": 0, "missing": 0,
                "item": null, "started_at": null, "finished_at": null, "suspended_ms": 0,
            })
        })
        .collect();
    serde_json::from_value(view).unwrap()
}

/// A running run that waits for an answer.
pub(in super::super) fn paused(id: &str, revision: u32) -> RunView {
    RunView {
        paused: Some(Pause {
            spent: 5.02,
            budget: 5.0,
            again: 5.0,
            since: "2026-01-01T00:00:01.000Z".to_owned(),
        }),
        ..run(id, "running", revision, &[("completed", 9, 9), ("running", 412, 1284)])
    }
}

fn board(runs: &[RunView]) -> Board {
    let mut board = Board::default();
    for run in runs {
        board.observe(run, Instant::now());
    }
    board
}

#[test]
fn the_progress_is_that_of_all_stages_of_all_runs() {
    let waiting = ("waiting", 0, 0);
    assert_eq!(board(&[]).look(), Look::default());
    let counting = run("a", "running", 1, &[("running", 0, 0), waiting]);
    assert_eq!(
        board(std::slice::from_ref(&counting)).look().badge,
        Badge::Indeterminate,
        "before there is a count"
    );
    let counted = run("a", "running", 2, &[("running", 0, 8), waiting]);
    assert_eq!(board(&[counted]).look().badge, Badge::Percent(0));
    let half = run("b", "running", 1, &[("completed", 3, 3), waiting]);
    assert_eq!(board(std::slice::from_ref(&half)).look().badge, Badge::Percent(50));
    let both = board(&[counting, half, run("c", "pending", 1, &[waiting, waiting])]);
    assert_eq!(
        both.look(),
        Look {
            runs: 3,
            paused: 0,
            percent: Some(16),
            badge: Badge::Percent(16),
        }
    );
    let done = run("a", "running", 3, &[("completed", 9, 9), ("completed", 0, 0)]);
    assert_eq!(board(&[done]).look().percent, Some(99), "100 is for the end");
    let over = run("a", "running", 3, &[("running", 9, 4), waiting]);
    assert_eq!(board(&[over]).look().percent, Some(50));
}

#[test]
fn a_failure_stays_on_the_icon_until_somebody_looks() {
    let mut board = board(&[run("a", "running", 1, &[]), run("a", "failed", 2, &[])]);
    assert_eq!(board.look().badge, Badge::Error);
    assert!(board.seen() && !board.seen());
    assert_eq!(board.look().badge, Badge::None);

    board.observe(&run("b", "failed", 1, &[]), Instant::now());
    board.observe(&run("c", "running", 1, &[]), Instant::now());
    assert_eq!(board.look().badge, Badge::Error, "a new run does not hide it");
    board.observe(&run("c", "completed", 2, &[]), Instant::now());
    assert_eq!(board.look().badge, Badge::None, "but its success is newer");
}

/// E1, W7: what is known is never replaced by what is older.
#[test]
fn a_late_word_about_a_run_changes_nothing() {
    let mut board = board(&[
        run("a", "running", 5, &[("running", 5, 10)]),
        run("a", "running", 4, &[("running", 4, 10)]),
    ]);
    assert_eq!(board.look().percent, Some(50));
    assert!(board.observe(&run("a", "completed", 6, &[]), Instant::now()).is_some());
    for late in [run("a", "running", 5, &[]), run("a", "completed", 6, &[])] {
        assert_eq!(board.observe(&late, Instant::now()), None, "an end is told once");
        assert!(!board.is_active());
    }
}

#[test]
fn the_end_of_a_run_says_how_long_it_worked_and_whether_it_was_the_last() {
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let mut board = Board::default();
    board.observe(&run("a", "pending", 1, &[]), at(0));
    board.observe(&run("b", "running", 1, &[]), at(5));
    board.observe(&run("a", "running", 2, &[]), at(10));
    board.observe(&run("a", "running", 3, &[]), at(20));
    let ended = board.observe(&run("a", "completed", 4, &[]), at(50)).unwrap();
    assert_eq!(
        (ended.lasted, ended.last),
        (Duration::from_secs(40), false),
        "the wait in the queue is no work"
    );
    let ended = board.observe(&run("b", "cancelled", 2, &[]), at(60)).unwrap();
    assert_eq!((ended.lasted, ended.last), (Duration::from_secs(55), true));
    let never = board.observe(&run("c", "failed", 1, &[]), at(70)).unwrap();
    assert_eq!(never.lasted, Duration::ZERO);
}

#[test]
fn a_run_that_waits_for_an_answer_says_so_once_and_lets_the_machine_sleep() {
    let start = Instant::now();
    let mut board = Board::default();
    board.observe(&run("a", "running", 1, &[]), start);
    let later = start + Duration::from_secs(40);
    let asks = board.observe(&paused("a", 2), later).unwrap();
    assert_eq!((asks.lasted, asks.last), (Duration::from_secs(40), false));
    assert_eq!(board.observe(&paused("a", 3), later), None, "it is told once");
    assert_eq!((board.look().runs, board.look().paused), (1, 1));
    assert_eq!(board.observe(&run("a", "running", 4, &[]), later), None, "it goes on");
    assert_eq!((board.look().runs, board.look().paused), (1, 0));
    let mut again = paused("a", 5);
    again.paused.as_mut().unwrap().since = "2026-01-01T00:00:02.000Z".to_owned();
    assert!(board.observe(&again, later).is_some(), "another question");
    assert!(board.observe(&run("a", "cancelled", 6, &[]), later).unwrap().last);
}

/// W12: a long session leaks nothing.
#[test]
fn a_thousand_runs_leave_a_few_names() {
    let mut board = Board::default();
    for id in 0..1000 {
        let id = id.to_string();
        board.observe(&run(&id, "running", 1, &[]), Instant::now());
        board.observe(&run(&id, "completed", 2, &[]), Instant::now());
    }
    assert_eq!((board.active.len(), board.ended.len()), (0, REMEMBERED));
}

#[test]
fn the_runs_of_the_question_are_in_the_order_of_their_start() {
    let board = board(&[run("b", "running", 1, &[]), run("a", "pending", 1, &[])]);
    let ids: Vec<_> = board.runs().into_iter().map(|run| run.id).collect();
    assert_eq!(ids, ["a", "b"]);
}
