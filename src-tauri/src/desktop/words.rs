//! What the shell itself says, outside the page: in the tray, in notifications, in the dialog of last resort.

use genglossary_engine::{Pause, RunStatus, RunView, StageStatus, UiLanguage};

use super::board::Look;

/// A language that the shell speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// The language that the researcher chose, or that of the system.
    pub fn of(chosen: UiLanguage) -> Self {
        match chosen {
            UiLanguage::En => Self::En,
            UiLanguage::Ja => Self::Ja,
            UiLanguage::System => Self::of_locale(&sys_locale::get_locale().unwrap_or_default()),
        }
    }

    fn of_locale(locale: &str) -> Self {
        match locale.split(['-', '_', '.']).next() {
            Some(language) if language.eq_ignore_ascii_case("ja") => Self::Ja,
            _ => Self::En,
        }
    }

    /// The text of a word in this language.
    pub fn say(self, word: Word) -> &'static str {
        let (en, ja) = word.texts();
        match self {
            Self::En => en,
            Self::Ja => ja,
        }
    }

    /// How many runs are active, how far they are, and how many of them wait for an answer.
    pub fn state(self, look: Look) -> String {
        let Look {
            runs, percent, paused, ..
        } = look;
        let state = match (self, runs) {
            (_, 0) => self.say(Word::Idle).to_owned(),
            (Self::En, 1) => with_percent("1 run", ", ", percent),
            (Self::En, _) => with_percent(&format!("{runs} runs"), ", ", percent),
            (Self::Ja, _) => with_percent(&format!("{runs} 件を実行中"), "、", percent),
        };
        match (self, paused) {
            (_, 0) => state,
            (Self::En, 1) => state + ", 1 waits for your answer",
            (Self::En, _) => format!("{state}, {paused} wait for your answer"),
            (Self::Ja, _) => format!("{state}、{paused} 件が確認待ち"),
        }
    }

    /// What a notification says of a run that ended or waits for an answer; nothing of one at work.
    pub fn news(self, run: &RunView) -> Option<String> {
        let Some(Pause { budget, .. }) = &run.paused else {
            return self.outcome(run.status).map(str::to_owned);
        };
        let at_work = run.stages.iter().find(|stage| stage.status == StageStatus::Running);
        let (done, total) = at_work.map_or((0, 0), |stage| (stage.done, stage.total));
        Some(match self {
            Self::En => format!("The budget of {budget} is spent: {done} of {total} done. Go on?"),
            Self::Ja => format!("予算 {budget} を使い切りました（{total} 件中 {done} 件が完了）。続けますか？"),
        })
    }

    /// What became of a run; nothing while it is active.
    pub fn outcome(self, status: RunStatus) -> Option<&'static str> {
        let word = match status {
            RunStatus::Pending | RunStatus::Running => return None,
            RunStatus::Completed => Word::Completed,
            RunStatus::Partial => Word::Partial,
            RunStatus::Failed => Word::Failed,
            RunStatus::Cancelled => Word::Cancelled,
            RunStatus::Interrupted => Word::Interrupted,
        };
        Some(self.say(word))
    }
}

fn with_percent(text: &str, comma: &str, percent: Option<u8>) -> String {
    match percent {
        Some(percent) => format!("{text}{comma}{percent} %"),
        None => text.to_owned(),
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $word:ident: $en:literal, $ja:literal;)*) => {
        /// A text of the shell.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Word { $($(#[$doc])* $word,)* }

        impl Word {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$word,)*];

            /// English, Japanese.
            fn texts(self) -> (&'static str, &'static str) {
                match self { $(Self::$word => ($en, $ja),)* }
            }
        }
    };
}

words! {
    /// Tray: nothing runs.
    Idle: "No run", "実行中の処理はありません";
    /// Tray: the app ends when the last run has ended.
    ClosesAtEnd: "GenGlossary closes when the runs have ended", "実行が終わると GenGlossary も終了します";
    /// Tray: shows the window.
    Show: "Show GenGlossary", "GenGlossary を表示";
    /// Tray: asks all runs to stop.
    StopAll: "Stop all runs", "すべての実行を停止";
    /// Tray: ends the app.
    Quit: "Quit", "終了";
    /// Menu bar: what the app is.
    MenuAbout: "About GenGlossary", "GenGlossary について";
    /// Menu bar: the settings.
    MenuSettings: "Settings…", "設定…";
    /// Menu bar: services of the system.
    MenuServices: "Services", "サービス";
    /// Menu bar: hides the app.
    MenuHide: "Hide GenGlossary", "GenGlossary を隠す";
    /// Menu bar: hides all others.
    MenuHideOthers: "Hide Others", "ほかを隠す";
    /// Menu bar: the menu for texts.
    MenuEdit: "Edit", "編集";
    /// Menu bar: takes back.
    MenuUndo: "Undo", "取り消す";
    /// Menu bar: does again.
    MenuRedo: "Redo", "やり直す";
    /// Menu bar: cuts.
    MenuCut: "Cut", "カット";
    /// Menu bar: copies.
    MenuCopy: "Copy", "コピー";
    /// Menu bar: pastes.
    MenuPaste: "Paste", "ペースト";
    /// Menu bar: selects all.
    MenuSelectAll: "Select All", "すべてを選択";
    /// Menu bar: how things are shown.
    MenuView: "View", "表示";
    /// Menu bar: the whole screen.
    MenuFullScreen: "Enter Full Screen", "フルスクリーンにする";
    /// Menu bar: the window.
    MenuWindow: "Window", "ウインドウ";
    /// Menu bar: makes it small.
    MenuMinimise: "Minimize", "しまう";
    /// Menu bar: makes it large.
    MenuZoom: "Zoom", "拡大/縮小";
    /// Menu bar: closes it.
    MenuClose: "Close Window", "ウインドウを閉じる";
    /// Question: its title.
    AskTitle: "Runs are in progress", "実行中の処理があります";
    /// Question: what each answer does.
    AskText: "Keep them running in the background, or stop them and quit? What has been finished is kept either way.",
        "バックグラウンドで続けますか、それとも停止して終了しますか。どちらの場合も、終わった分は保存されます。";
    /// Question: go on without the window.
    AskBackground: "Keep running", "続ける";
    /// Question: stop at a safe point and quit.
    AskStop: "Stop and quit", "停止して終了";
    /// Question: leave all as it is.
    AskStay: "Cancel", "キャンセル";
    /// Notification: the button that shows the run.
    Open: "Open", "開く";
    /// The reason that the system shows for not sleeping.
    Working: "A glossary is being made", "用語集を作成しています";
    /// A run did everything.
    Completed: "The run is complete.", "実行が完了しました。";
    /// A run finished with units missing.
    Partial: "The run has finished, but some parts could not be done.", "実行は終わりましたが、処理できなかった部分があります。";
    /// A run could not finish.
    Failed: "The run failed.", "実行に失敗しました。";
    /// A run was stopped.
    Cancelled: "The run was stopped.", "実行を停止しました。";
    /// A run's process died.
    Interrupted: "The run was interrupted.", "実行が中断されました。";
}

#[cfg(test)]
mod tests {
    use super::super::board::tests::paused;
    use super::*;

    #[test]
    fn every_word_exists_in_both_languages() {
        for word in Word::ALL {
            let (en, ja) = word.texts();
            assert!(
                !en.trim().is_empty() && en.chars().all(|c| c.is_ascii() || c == '…'),
                "{word:?}: {en}"
            );
            assert!(!ja.is_ascii(), "{word:?}: {ja}");
        }
    }

    #[test]
    fn the_language_of_the_system_is_read_from_any_form_of_a_locale() {
        for (locale, language) in [
            ("ja", Language::Ja),
            ("ja-JP", Language::Ja),
            ("ja_JP.UTF-8", Language::Ja),
            ("JA", Language::Ja),
            ("en-GB", Language::En),
            ("jav", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
        assert_eq!(Language::of(UiLanguage::Ja), Language::Ja);
    }

    #[test]
    fn the_state_counts_the_runs_and_says_how_far_they_are() {
        let look = |runs, percent, paused| Look {
            runs,
            paused,
            percent,
            ..Look::default()
        };
        assert_eq!(Language::En.state(look(2, Some(43), 0)), "2 runs, 43 %");
        assert_eq!(Language::En.state(look(1, None, 0)), "1 run");
        assert_eq!(Language::Ja.state(look(2, Some(43), 0)), "2 件を実行中、43 %");
        assert_eq!(Language::Ja.state(look(0, None, 0)), Language::Ja.say(Word::Idle));
        assert_eq!(
            Language::En.state(look(2, Some(43), 1)),
            "2 runs, 43 %, 1 waits for your answer"
        );
        assert_eq!(Language::Ja.state(look(1, None, 1)), "1 件を実行中、1 件が確認待ち");
    }

    #[test]
    fn a_run_that_waits_for_an_answer_says_what_it_asks_and_how_far_it_is() {
        let run = paused("a", 1);
        assert_eq!(
            Language::En.news(&run).unwrap(),
            "The budget of 5 is spent: 412 of 1284 done. Go on?"
        );
        assert!(Language::Ja.news(&run).unwrap().contains("1284 件中 412 件"));
    }

    #[test]
    fn every_end_of_a_run_has_words_and_no_run_at_work_has() {
        for status in [RunStatus::Pending, RunStatus::Running] {
            assert_eq!(Language::En.outcome(status), None);
        }
        for status in [
            RunStatus::Completed,
            RunStatus::Partial,
            RunStatus::Failed,
            RunStatus::Cancelled,
            RunStatus::Interrupted,
        ] {
            assert!(
                Language::En.outcome(status).is_some() && Language::Ja.outcome(status).is_some(),
                "{status:?}"
            );
        }
    }
}
