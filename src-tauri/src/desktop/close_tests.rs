use super::*;

const CLOSE: Input = close(true, CloseChoice::Ask);

const fn close(active: bool, choice: CloseChoice) -> Input {
    Input::Close { active, choice }
}

const fn quit(active: bool, choice: CloseChoice) -> Input {
    Input::Quit { active, choice }
}

const fn answer(answer: CloseAnswer) -> Input {
    Input::Answer { answer, active: true }
}

/// What a new app does on each of these.
fn steps(inputs: &[Input]) -> (Closing, Vec<Option<Action>>) {
    let mut closing = Closing::default();
    let actions = inputs.iter().map(|input| closing.step(*input)).collect();
    (closing, actions)
}

/// The last thing that a new app does on these.
fn last(inputs: &[Input]) -> Option<Action> {
    steps(inputs).1.pop().flatten()
}

/// E15.
#[test]
fn a_window_without_runs_closes_at_once() {
    for choice in [CloseChoice::Ask, CloseChoice::Background, CloseChoice::Stop] {
        assert_eq!(last(&[close(false, choice)]), Some(Action::Quit), "{choice:?}");
        assert_eq!(last(&[quit(false, choice)]), Some(Action::Quit), "{choice:?}");
    }
}

/// E15.
#[test]
fn a_window_with_runs_asks_and_does_what_is_answered() {
    assert_eq!(last(&[CLOSE]), Some(Action::AskPage(1)));
    let asked = |end| last(&[CLOSE, answer(CloseAnswer::Asking), answer(end)]);
    assert_eq!(asked(CloseAnswer::Stay), None);
    assert_eq!(asked(CloseAnswer::Background), Some(Action::Hide));
    assert_eq!(asked(CloseAnswer::Stop), Some(Action::Stop(Cause::Closing)));
    let again = [CLOSE, answer(CloseAnswer::Stay), CLOSE];
    assert_eq!(last(&again), Some(Action::AskPage(2)), "who stayed may close again");
}

#[test]
fn a_stored_choice_is_followed_without_a_question() {
    assert_eq!(last(&[close(true, CloseChoice::Background)]), Some(Action::Hide));
    let stop = Some(Action::Stop(Cause::Closing));
    assert_eq!(last(&[close(true, CloseChoice::Stop)]), stop);
    assert_eq!(last(&[quit(true, CloseChoice::Stop)]), stop);
}

#[test]
fn quit_in_the_tray_asks_even_who_prefers_the_background() {
    let choice = CloseChoice::Background;
    assert_eq!(last(&[quit(true, choice)]), Some(Action::AskPage(1)));
    assert_eq!(
        last(&[close(true, choice), quit(true, choice)]),
        Some(Action::AskPage(1)),
        "also from the background"
    );
}

#[test]
fn a_page_that_does_not_show_the_question_is_replaced_by_a_dialog() {
    assert_eq!(last(&[CLOSE, Input::Unanswered(1)]), Some(Action::AskSystem));
    let shown = [CLOSE, answer(CloseAnswer::Asking), Input::Unanswered(1)];
    assert_eq!(last(&shown), None, "the page may take its time once it asks");
    let answered = [CLOSE, answer(CloseAnswer::Stay), Input::Unanswered(1)];
    assert_eq!(last(&answered), None);
    let old = [CLOSE, answer(CloseAnswer::Stay), CLOSE, Input::Unanswered(1)];
    assert_eq!(last(&old), None, "the timer of an older question");
}

#[test]
fn a_second_close_does_not_stack_questions() {
    assert_eq!(
        last(&[CLOSE, Input::Unanswered(1), CLOSE]),
        None,
        "the dialog is there already"
    );
    assert_eq!(last(&[CLOSE, Input::Unanswered(1), Input::Unanswered(1)]), None);
    let lost = [CLOSE, answer(CloseAnswer::Asking), CLOSE, Input::Unanswered(2)];
    assert_eq!(
        last(&lost),
        Some(Action::AskSystem),
        "a page that was reloaded or died with its question open does not lock the window"
    );
}

#[test]
fn an_answer_without_a_question_changes_nothing() {
    for end in [
        CloseAnswer::Asking,
        CloseAnswer::Background,
        CloseAnswer::Stop,
        CloseAnswer::Stay,
    ] {
        assert_eq!(last(&[answer(end)]), None, "{end:?}");
        assert_eq!(last(&[CLOSE, answer(CloseAnswer::Stay), answer(end)]), None, "{end:?}");
        let stopped = last(&[CLOSE, answer(CloseAnswer::Stop), answer(end)]);
        assert_eq!(stopped, None, "{end:?}");
    }
}

#[test]
fn runs_that_ended_while_the_question_was_open_need_no_answer() {
    for end in [CloseAnswer::Background, CloseAnswer::Stop] {
        let late = Input::Answer {
            answer: end,
            active: false,
        };
        assert_eq!(last(&[CLOSE, Input::Idle, late]), Some(Action::Quit), "{end:?}");
    }
    let late = Input::Answer {
        answer: CloseAnswer::Stay,
        active: false,
    };
    assert_eq!(last(&[CLOSE, Input::Idle, late]), None, "but who stays, stays");
    assert_eq!(
        last(&[CLOSE, close(false, CloseChoice::Ask)]),
        Some(Action::Quit),
        "a second close without runs"
    );
}

#[test]
fn the_background_ends_a_while_after_its_last_run() {
    let hidden = [CLOSE, answer(CloseAnswer::Background)];
    let (mut closing, _) = steps(&hidden);
    assert!(closing.in_background());
    let Some(Action::Linger(turn)) = closing.step(Input::Idle) else {
        panic!("the app waits for a click on the notification");
    };
    assert_eq!(
        closing.step(Input::Lingered { turn, active: true }),
        None,
        "another run began"
    );
    let Some(Action::Linger(later)) = closing.step(Input::Idle) else {
        panic!("and ended");
    };
    assert_eq!(
        closing.step(Input::Lingered { turn, active: false }),
        None,
        "the older wait"
    );
    let over = Input::Lingered {
        turn: later,
        active: false,
    };
    assert_eq!(closing.step(over), Some(Action::Quit));
}

#[test]
fn a_window_that_was_seen_again_is_no_background() {
    let (mut closing, _) = steps(&[CLOSE, answer(CloseAnswer::Background), Input::Idle, Input::Seen]);
    assert!(!closing.in_background());
    let over = Input::Lingered {
        turn: closing.turn,
        active: false,
    };
    assert_eq!(closing.step(over), None, "the app stays");
    assert_eq!(last(&[Input::Idle]), None, "an open window stays when its runs end");
    assert_eq!(
        last(&[CLOSE, Input::Seen, answer(CloseAnswer::Stop)]),
        Some(Action::Stop(Cause::Closing)),
        "looking at the question does not answer it"
    );
}

/// E15.
#[test]
fn a_signal_stops_the_runs_whatever_else_goes_on() {
    let stop = Some(Action::Stop(Cause::Signal));
    for before in [
        &[][..],
        &[CLOSE],
        &[CLOSE, Input::Unanswered(1)],
        &[close(true, CloseChoice::Background)],
        &[close(true, CloseChoice::Stop)],
    ] {
        let inputs = [before, &[Input::Signal]].concat();
        assert_eq!(last(&inputs), stop, "{before:?}");
    }
    assert_eq!(last(&[Input::Signal, CLOSE]), None, "nothing is asked on the way out");
    assert!(Cause::Signal.limit() < Duration::from_secs(5));
}
