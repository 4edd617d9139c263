//! Units that break off in the middle of a stage, and units that take long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::gate::until;
use crate::error::Error;
use crate::logs::{self, LogWriter};
use crate::runs::context::{Break, StageContext, StopFlag};
use crate::runs::live::Live;
use crate::runs::{Scope, Stage, Undone, Unit};
use crate::store::units::UnitKeyBuilder;
use crate::testing::Bench;
use crate::{RunStatus, StageStatus};

/// Doubles numbers, breaks off at every third one, and counts how often it was asked to work.
struct Doubled(Arc<AtomicUsize>);

impl Unit for Doubled {
    type Item = u32;
    type Output = u32;
    const KIND: &'static str = "test doubled/1";

    fn name<'a>(&'a self, item: &'a u32) -> &'a str {
        ["one", "two", "three"][*item as usize % 3]
    }

    fn depends(&self, item: &u32, key: &mut UnitKeyBuilder) {
        key.value(item);
    }

    fn work(&self, item: &u32, _: &StopFlag) -> Result<u32, Undone> {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert!(item % 3 != 2, "the number {item} is too much");
        Ok(item * 2)
    }

    fn pack(&self, _: &u32, output: &u32) -> Option<Vec<u8>> {
        Some(output.to_le_bytes().to_vec())
    }

    fn unpack(&self, _: &u32, bytes: &[u8]) -> Option<u32> {
        bytes.try_into().ok().map(u32::from_le_bytes)
    }
}

/// The one unit of a stage, which breaks off.
struct Broken;

impl Unit for Broken {
    type Item = ();
    type Output = ();
    const KIND: &'static str = "test broken/1";
    const KEPT: bool = false;
    const WHOLE: bool = true;

    fn depends(&self, (): &(), _: &mut UnitKeyBuilder) {}

    fn work(&self, (): &(), _: &StopFlag) -> Result<(), Undone> {
        panic!("there is no end of it")
    }
}

/// Takes until somebody opens it.
struct Slow(Arc<(Mutex<bool>, Condvar)>);

impl Unit for Slow {
    type Item = &'static str;
    type Output = ();
    const KIND: &'static str = "test slow/1";

    fn name<'a>(&'a self, item: &'a &'static str) -> &'a str {
        item
    }

    fn depends(&self, item: &&'static str, key: &mut UnitKeyBuilder) {
        key.text(item);
    }

    fn work(&self, _: &&'static str, _: &StopFlag) -> Result<(), Undone> {
        let (open, news) = &*self.0;
        // A test that failed opens nothing.
        let limit = Duration::from_mins(1);
        drop(
            news.wait_timeout_while(open.lock().unwrap(), limit, |open| !*open)
                .unwrap(),
        );
        Ok(())
    }
}

/// A stage of a run, as its worker has it.
struct Worker {
    context: StageContext,
    live: Arc<Live>,
    log: LogWriter,
}

impl Worker {
    async fn new(bench: &Bench, stage: Stage) -> Self {
        let project = bench.project("p").await;
        let mut run = bench.completed(&project, Scope::Full).await;
        run.status = RunStatus::Running;
        for stage in &mut run.stages {
            stage.done = 0;
        }
        let live = Arc::new(Live::new(run, None));
        let path = logs::path(&bench.home, "by hand");
        let log = LogWriter::create(&path, &project, "by hand", bench.engine.events().clone()).unwrap();
        let threads = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap());
        let context = StageContext::begin(&bench.engine, stage, &live, &log.log(), &threads);
        Self { context, live, log }
    }
}

/// E11
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_breaks_off_is_missing_and_the_whole_fails_with_its_own_words() {
    let bench = Bench::new().await;
    let Worker { context, live, log } = Worker::new(&bench, Stage::Define).await;
    let tried = Arc::new(AtomicUsize::new(0));
    for round in 0..2 {
        context.total(12);
        let done = context
            .units(Doubled(Arc::clone(&tried)), Arc::new((0..12).collect()))
            .await
            .unwrap();
        context.settle().await.unwrap();
        let done: Vec<Option<u32>> = done.into_iter().map(|output| output.map(|output| *output)).collect();
        let expected = |item: u32| (item % 3 != 2).then_some(item * 2);
        assert_eq!(done, (0..12).map(expected).collect::<Vec<_>>(), "round {round}");
        let missing = live.missing();
        assert_eq!(missing.len(), 4 * (round + 1));
        assert_eq!(
            tried.load(Ordering::Relaxed),
            12 + 4 * round,
            "they are tried again, the others are not"
        );
        assert!(
            missing
                .iter()
                .all(|unit| unit.item == "three" && format!("{:?}", unit.error).contains("is too much")),
            "{missing:?}"
        );
    }
    let whole = context.whole(Broken).await;
    let Err(Break::Failed(Error::UnitFailed(told))) = whole else {
        panic!("{whole:?}");
    };
    assert_eq!(told, "there is no end of it");
    drop(context);
    log.finish().unwrap();
}

/// W8: a stage says what it is at while its first unit is still at work.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stage_and_item_are_told_before_the_first_unit_is_done() {
    let bench = Bench::new().await;
    let Worker { context, live, log } = Worker::new(&bench, Stage::Extract).await;
    context.total(2);
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let work = {
        let (context, gate) = (context.clone(), Arc::clone(&gate));
        tokio::spawn(async move { context.units(Slow(gate), Arc::new(vec!["first", "second"])).await })
    };
    until("the item is told", async || {
        live.tell_news(bench.engine.events());
        let told = bench.observer.views(&live.id()).pop();
        told.is_some_and(|view| {
            let stage = &view.stages[1];
            (stage.status, stage.done, stage.total, stage.item.as_deref())
                == (StageStatus::Running, 0, 2, Some("first"))
        })
    })
    .await;
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    assert_eq!(work.await.unwrap().unwrap().len(), 2);
    drop(context);
    log.finish().unwrap();
}
