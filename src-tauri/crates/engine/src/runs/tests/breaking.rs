//! Units that break off in the middle of a stage.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use glossary::Stopped;

use crate::error::Error;
use crate::logs::{self, LogWriter};
use crate::runs::context::{Break, StageContext, StopFlag};
use crate::runs::live::Live;
use crate::runs::{Scope, Stage, Unit};
use crate::store::units::UnitKeyBuilder;
use crate::testing::Bench;

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

    fn work(&self, item: &u32, _: &StopFlag) -> Result<u32, Stopped> {
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

    fn work(&self, (): &(), _: &StopFlag) -> Result<(), Stopped> {
        panic!("there is no end of it")
    }
}

/// E11
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_breaks_off_is_missing_and_the_whole_fails_with_its_own_words() {
    let bench = Bench::new().await;
    let project = bench.project("p").await;
    let run = bench.completed(&project, Scope::Full).await;
    let live = Arc::new(Live::new(run));
    let path = logs::path(&bench.home, "breaking");
    let writer = LogWriter::create(&path, &project, "breaking", bench.engine.events().clone()).unwrap();
    let threads = Arc::new(rayon::ThreadPoolBuilder::new().build().unwrap());
    let context = StageContext::begin(&bench.engine, Stage::Define, &live, &writer.log(), &threads);
    let tried = Arc::new(AtomicUsize::new(0));
    for round in 0..2 {
        context.total(12);
        let done = context
            .units(Doubled(Arc::clone(&tried)), Arc::new((0..12).collect()))
            .await
            .unwrap();
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
    writer.finish().unwrap();
}
