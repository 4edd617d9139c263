//! S2: two processes start a run of one project at the same moment, over and over.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use genglossary_engine::{Engine, Error, NoSink, Scope, Trigger};

use crate::bench::{Bench, Home, LONG};
use crate::database::Database;
use crate::{asked, documents, say};

/// Set for the processes that race; they are this test as well.
const RACER: &str = "TORTURE_RACER";
const NAME: &str = "race::two_processes_that_start_at_the_same_moment_never_both_win";
/// What a racer says begins with this, because the test harness speaks too.
const MARK: &str = "racer: ";
/// Time for both to be told when to start.
const AHEAD: Duration = Duration::from_millis(2);

/// S2
#[test]
fn two_processes_that_start_at_the_same_moment_never_both_win() {
    if std::env::var_os(RACER).is_some() {
        return race();
    }
    let rounds = asked("RACE").unwrap_or(1_000);
    let bench = Bench::new();
    bench.generated(300);
    // Times to come say nothing, so every run reads all files, and none is at its end before the loser has tried.
    documents::postpone(&bench.documents());
    let home = bench.home("home");
    let mut racers = [Racer::new(&home), Racer::new(&home)];
    let mut database = Database::open(&home.path).unwrap();
    let began = Instant::now();
    let (mut won, mut apart) = ([0, 0], 0);
    for round in 0..rounds {
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + AHEAD;
        for racer in &mut racers {
            racer.tell(&format!("start {}", start.as_nanos()));
        }
        let said = racers.each_mut().map(Racer::hear);
        let both = said.each_ref().map(|said| said.split_once(' ').unwrap());
        let (winner, run) = match both {
            [("won", run), ("lost", to)] | [("lost", to), ("won", run)] if run == to => {
                (usize::from(both[0].0 == "lost"), run)
            }
            // The system kept one of them waiting until the run of the other was over: no race. The history tells below.
            [("won", first), ("won", second)] if apart < rounds / 100 => {
                apart += 1;
                for (racer, run) in racers.iter_mut().zip([first, second]) {
                    racer.stop(run);
                }
                continue;
            }
            _ => panic!("round {round}: one wins, and the other is told the run of the winner: {said:?}"),
        };
        won[winner] += 1;
        let who = "SELECT id FROM run WHERE status IN ('pending', 'running')";
        let active: Vec<(String,)> = database.rows(who);
        // On a busy machine the run may have ended before anybody looks.
        assert!(
            active.is_empty() || active == [(run.to_owned(),)],
            "round {round}: {active:?}"
        );
        let second = database.execute(
            "INSERT INTO run (id, project_id, request_id, scope, trigger, status, engine, settings, settings_hash, app_version,
                 owner_pid, owner_started, heartbeat_at, created_at)
             SELECT 'second', project_id, 'second', scope, trigger, status, engine, settings, settings_hash, app_version,
                 owner_pid, owner_started, heartbeat_at, created_at FROM run WHERE status IN ('pending', 'running')",
        );
        assert!(
            second.as_ref().is_err_and(|error| error.contains("UNIQUE")) || database.rows::<(String,)>(who).is_empty(),
            "round {round}: the database itself refuses a second active run: {second:?}"
        );
        racers[winner].stop(run);
    }
    let time = began.elapsed();
    for racer in racers {
        racer.leave();
    }
    let statuses: Vec<(String, i64)> =
        database.rows("SELECT status, count(*) FROM run GROUP BY status ORDER BY status");
    assert!(
        statuses
            .iter()
            .all(|(status, _)| status == "cancelled" || status == "completed")
            && statuses.iter().map(|(_, runs)| runs).sum::<i64>() == rounds + apart,
        "one row for every winner and none for the losers: {statuses:?}"
    );
    let mut active = Vec::new();
    for (run, status) in database.rows::<(String, String)>("SELECT run_id, status FROM run_status_history ORDER BY id")
    {
        match &*status {
            "pending" => active.push(run),
            "running" => {}
            _ => active.retain(|other| *other != run),
        }
        assert!(active.len() <= 1, "two active runs at once: {active:?}");
    }
    assert!(active.is_empty());
    database.check();
    say(&format!(
        "start race: {rounds} rounds in {:.1} s, won {} to {}, never two; {apart} times one came too late to race",
        time.as_secs_f64(),
        won[0],
        won[1]
    ));
}

/// A process that races.
struct Racer {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Racer {
    fn new(home: &Home) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", NAME, "--nocapture", "--test-threads=1"]);
        home.environment(&mut command);
        let mut child = command
            .env(RACER, &home.documents)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut racer = Self {
            orders: child.stdin.take().unwrap(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        };
        assert_eq!(racer.hear(), "ready");
        racer
    }

    fn tell(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
    }

    fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(
                self.answers.read_line(&mut line).unwrap() > 0,
                "the racer is gone without an answer"
            );
            if let Some((_, answer)) = line.trim_end().split_once(MARK) {
                return answer.to_owned();
            }
        }
    }

    fn stop(&mut self, run: &str) {
        self.tell(&format!("stop {run}"));
        assert_eq!(self.hear(), "idle");
    }

    fn leave(mut self) {
        drop(self.orders);
        assert!(self.child.wait().unwrap().success());
    }
}

/// What a racer does: as it is told, line by line.
#[allow(clippy::print_stdout, reason = "there its parent listens")]
fn race() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = |text: &str| println!("{MARK}{text}");
    runtime.block_on(async {
        let home = genglossary_engine::data_folder().unwrap();
        let engine = Engine::open(&home, NoSink).await.unwrap();
        let folder = std::env::var_os(RACER).unwrap();
        let project = engine.project_for_folder(folder.as_ref()).await.unwrap();
        answer("ready");
        for order in std::io::stdin().lines() {
            let order = order.unwrap();
            match order.split_once(' ').unwrap() {
                ("start", at) => {
                    let at = Duration::from_nanos(at.parse().unwrap());
                    let request = uuid::Uuid::now_v7().to_string();
                    while UNIX_EPOCH.elapsed().unwrap() < at {
                        std::hint::spin_loop();
                    }
                    let started = engine
                        .start_run(&project.id, Scope::Full, Trigger::User, &request)
                        .await;
                    match started {
                        Ok(run) => answer(&format!("won {}", run.id)),
                        Err(Error::RunActive { run }) => answer(&format!("lost {run}")),
                        Err(error) => panic!("{error}"),
                    }
                }
                ("stop", run) => {
                    engine.cancel_run(run).await.unwrap();
                    assert!(engine.wait_until_idle(LONG).await);
                    answer("idle");
                }
                _ => panic!("{order}"),
            }
        }
        engine.close().await;
    });
}
