//! The state machine of a run against a model small enough to be seen right, in random orders, on a real file.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sqlx::AssertSqlSafe;

use crate::runs::owner::{Process, Program};
use crate::runs::queue::{self, Turn};
use crate::runs::record::{self, Change, NewRun, Sign, Transition};
use crate::runs::view;
use crate::store::Store;
use crate::{Error, RunStatus, Scope, Trigger};

#[derive(Debug, Clone)]
enum Act {
    /// In one of two projects; the request may have been sent before.
    Start {
        project: usize,
        request: usize,
    },
    /// Takes up an earlier run.
    Retry {
        run: usize,
        request: usize,
    },
    Begin(usize),
    Progress(usize),
    Cancel(usize),
    End(usize, RunStatus),
    Crash(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let run = 0_usize..8;
    let ends = prop::sample::select(vec![
        RunStatus::Completed,
        RunStatus::Partial,
        RunStatus::Failed,
        RunStatus::Cancelled,
    ]);
    prop_oneof![
        3 => (0_usize..3, 0_usize..12).prop_map(|(project, request)| Act::Start { project, request }),
        1 => (run.clone(), 12_usize..16).prop_map(|(run, request)| Act::Retry { run, request }),
        3 => run.clone().prop_map(Act::Begin),
        1 => run.clone().prop_map(Act::Progress),
        2 => run.clone().prop_map(Act::Cancel),
        3 => (run.clone(), ends).prop_map(|(run, end)| Act::End(run, end)),
        1 => run.prop_map(Act::Crash),
    ]
}

#[derive(Debug, Clone)]
struct Run {
    id: String,
    project: usize,
    request: usize,
    status: RunStatus,
    cancel: bool,
}

/// At most two at work, one active run for each of three projects.
#[derive(Debug, Default)]
struct Model {
    runs: Vec<Run>,
}

impl Model {
    fn active(&self, project: usize) -> Option<&Run> {
        self.runs
            .iter()
            .find(|run| run.project == project && !run.status.is_final())
    }

    fn may_begin(&self, index: usize) -> bool {
        let count = |runs: &[Run], status| runs.iter().filter(|run| run.status == status && !run.cancel).count();
        let at_work = self.runs.iter().filter(|run| run.status == RunStatus::Running).count();
        at_work < 2 && count(&self.runs[..index], RunStatus::Pending) == 0
    }
}

async fn start(store: &Store, model: &mut Model, project: usize, request: usize, resumes: Option<&str>) {
    let id = uuid::Uuid::now_v7().to_string();
    let (project_id, request_id) = (format!("project {project}"), format!("request {request}"));
    let run = NewRun {
        id: &id,
        project_id: &project_id,
        request_id: &request_id,
        scope: Scope::Load,
        trigger: Trigger::User,
        engine: "e",
        model: None,
        settings: "{}",
        resumes,
        allowed: None,
        owner: Process::this(),
        program: Program::App,
    };
    let mut tx = store.write().await.unwrap();
    let outcome = record::insert(&mut tx, &run).await;
    if let Some(known) = model.runs.iter().find(|run| run.request == request) {
        assert_eq!(outcome.unwrap().as_ref(), Some(&known.id), "idempotent");
    } else if let Some(active) = model.active(project) {
        assert!(matches!(outcome, Err(Error::RunActive { run }) if run == active.id));
    } else {
        assert_eq!(outcome.unwrap(), None);
        tx.commit().await.unwrap();
        model.runs.push(Run {
            id,
            project,
            request,
            status: RunStatus::Pending,
            cancel: false,
        });
    }
}

async fn change(store: &Store, run: &mut Run, to: RunStatus) {
    let mut tx = store.write().await.unwrap();
    let outcome = if to == RunStatus::Interrupted {
        record::interrupt(&mut tx, &run.id, "2026-01-01T00:00:00.000Z")
            .await
            .unwrap()
    } else {
        record::transition(&mut tx, &run.id, &Change::to(to)).await.unwrap()
    };
    tx.commit().await.unwrap();
    // The rules of the design, said once more in other words.
    let allowed = match to {
        RunStatus::Completed | RunStatus::Partial => run.status == RunStatus::Running,
        _ => !run.status.is_final(),
    };
    if allowed {
        assert_eq!(outcome, Transition::Updated);
        run.status = to;
    } else {
        assert_eq!(outcome, Transition::Refused(run.status), "final is final");
    }
}

async fn perform(store: &Store, model: &mut Model, act: &Act) {
    let (Act::Start { .. } | Act::Retry { .. }) = act else {
        return perform_on(store, model, act).await;
    };
    match *act {
        Act::Start { project, request } => start(store, model, project, request, None).await,
        Act::Retry { run, request } if run < model.runs.len() => {
            let earlier = model.runs[run].clone();
            start(store, model, earlier.project, request, Some(&earlier.id)).await;
        }
        _ => {}
    }
}

async fn perform_on(store: &Store, model: &mut Model, act: &Act) {
    let (Act::Begin(index) | Act::Progress(index) | Act::Cancel(index) | Act::End(index, _) | Act::Crash(index)) = act
    else {
        return;
    };
    let index = *index;
    if index >= model.runs.len() {
        return;
    }
    let may_begin = model.may_begin(index);
    let run = &mut model.runs[index];
    match act {
        Act::Begin(_) => {
            let mut tx = store.write().await.unwrap();
            let turn = queue::begin(&mut tx, &run.id).await.unwrap();
            tx.commit().await.unwrap();
            match run.status {
                RunStatus::Pending if run.cancel => assert!(matches!(turn, Turn::Stopped(_))),
                RunStatus::Pending if may_begin => {
                    assert_eq!(turn, Turn::Begun);
                    run.status = RunStatus::Running;
                }
                RunStatus::Pending => assert!(matches!(turn, Turn::Waits(_))),
                status => assert_eq!(turn, Turn::Over(status)),
            }
        }
        Act::Progress(_) => {
            let stages = view::get(store, &run.id).await.unwrap().stages;
            let sign = record::heartbeat(store, &run.id, &stages, 7, &[]).await.unwrap();
            let active = matches!(&sign, Sign::Active { cancel_requested_at, .. } if cancel_requested_at.is_some() == run.cancel);
            assert_eq!(active, !run.status.is_final(), "{sign:?}");
            let mut tx = store.write().await.unwrap();
            assert_eq!(record::still_active(&mut tx, &run.id).await.unwrap(), active);
        }
        Act::Cancel(_) => {
            let outcome = record::request_cancel(store, &run.id, "2026-01-01T00:00:00.000Z")
                .await
                .unwrap();
            if run.status.is_final() {
                assert_eq!(outcome, Transition::Refused(run.status));
            } else {
                assert_eq!(outcome, Transition::Updated);
                run.cancel = true;
            }
        }
        Act::End(_, to) => change(store, run, *to).await,
        Act::Crash(_) => change(store, run, RunStatus::Interrupted).await,
        Act::Start { .. } | Act::Retry { .. } => {}
    }
}

/// What the database says at the end, against the model and against itself.
async fn compare(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    for run in &model.runs {
        let detail = view::detail(store, &run.id).await.unwrap();
        prop_assert_eq!(detail.run.status, run.status);
        prop_assert_eq!(detail.run.finished_at.is_some(), run.status.is_final());
        prop_assert_eq!(detail.run.cancelling, run.cancel && !run.status.is_final());
        let statuses: Vec<_> = detail.history.iter().map(|change| change.status).collect();
        prop_assert_eq!(statuses.first(), Some(&RunStatus::Pending));
        prop_assert_eq!(statuses.last(), Some(&run.status));
        for pair in statuses.windows(2) {
            prop_assert!(pair[1].predecessors().contains(&pair[0]), "{:?}", statuses);
        }
    }
    let active = view::active(store).await.unwrap();
    let of_model = model.runs.iter().filter(|run| !run.status.is_final()).count();
    prop_assert_eq!(active.len(), of_model);
    Ok(())
}

#[test]
fn a_run_never_takes_a_way_that_the_model_does_not_know() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    };
    let acts = prop::collection::vec(act(), 1..60);
    let outcome = TestRunner::new(config).run(&acts, |acts| {
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path()).await.unwrap();
            let mut tx = store.write().await.unwrap();
            for project in 0..3 {
                let row = format!(
                    "INSERT INTO project (id, name, folder, created_at)
                     VALUES ('project {project}', 'p', '/{project}', '2026-01-01T00:00:00.000Z')"
                );
                sqlx::query(AssertSqlSafe(row)).execute(&mut *tx).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut model = Model::default();
            for act in &acts {
                perform(&store, &mut model, act).await;
            }
            let compared = compare(&store, &model).await;
            store.close().await;
            compared
        })
    });
    outcome.unwrap();
}
