//! The menu bar at the top of the screen, which macOS expects of every app. Elsewhere the window itself has all of it.

use tauri::menu::{AboutMetadata, IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem as Usual, Submenu};
use tauri::{AppHandle, Manager as _, Runtime};

use super::words::{Language, Word};

const SETTINGS: &str = "settings";

/// Shows the menu bar in this language.
pub fn paint<R: Runtime>(app: &AppHandle<R>, language: Language) {
    if !cfg!(target_os = "macos") {
        return;
    }
    let handle = app.clone();
    let paint = move || {
        let painted = build(&handle, language).and_then(|menu| handle.set_menu(menu));
        if let Err(error) = painted {
            tracing::debug!(%error, "the menu bar is not up to date");
        }
    };
    if let Err(error) = app.run_on_main_thread(paint) {
        tracing::debug!(%error, "the menu bar is not up to date");
    }
}

/// Does what was chosen in the menu bar. What the system knows it does itself.
pub fn chosen<R: Runtime>(app: &AppHandle<R>, event: &MenuEvent) {
    if event.id().as_ref() != SETTINGS {
        return;
    }
    super::show(app);
    if let Some(window) = app.get_webview_window("main")
        && let Err(error) = window.eval("location.hash = '#/settings'")
    {
        tracing::warn!(%error, "the settings cannot be shown");
    }
}

fn build<R: Runtime>(app: &AppHandle<R>, language: Language) -> tauri::Result<Menu<R>> {
    let say = |word| Some(language.say(word));
    let named = |name: &str, items: &[&dyn IsMenuItem<R>]| Submenu::with_items(app, name, true, items);
    let menu = |word, items: &[&dyn IsMenuItem<R>]| named(language.say(word), items);
    let line = || Usual::separator(app);
    let settings = MenuItem::with_id(
        app,
        SETTINGS,
        language.say(Word::MenuSettings),
        true,
        Some("CmdOrCtrl+,"),
    )?;
    let about = Usual::about(app, say(Word::MenuAbout), Some(AboutMetadata::default()))?;
    let (services, hide) = (
        Usual::services(app, say(Word::MenuServices))?,
        Usual::hide(app, say(Word::MenuHide))?,
    );
    let (others, quit) = (
        Usual::hide_others(app, say(Word::MenuHideOthers))?,
        Usual::quit(app, say(Word::Quit))?,
    );
    let own = [
        &about as &dyn IsMenuItem<R>,
        &line()?,
        &settings,
        &line()?,
        &services,
        &line()?,
        &hide,
        &others,
        &line()?,
        &quit,
    ];
    let (undo, redo) = (
        Usual::undo(app, say(Word::MenuUndo))?,
        Usual::redo(app, say(Word::MenuRedo))?,
    );
    let (cut, copy) = (
        Usual::cut(app, say(Word::MenuCut))?,
        Usual::copy(app, say(Word::MenuCopy))?,
    );
    let (paste, all) = (
        Usual::paste(app, say(Word::MenuPaste))?,
        Usual::select_all(app, say(Word::MenuSelectAll))?,
    );
    let full = Usual::fullscreen(app, say(Word::MenuFullScreen))?;
    let (small, large) = (
        Usual::minimize(app, say(Word::MenuMinimise))?,
        Usual::maximize(app, say(Word::MenuZoom))?,
    );
    let close = Usual::close_window(app, say(Word::MenuClose))?;
    Menu::with_items(
        app,
        &[
            &named("GenGlossary", &own)?,
            &menu(Word::MenuEdit, &[&undo, &redo, &line()?, &cut, &copy, &paste, &all])?,
            &menu(Word::MenuView, &[&full])?,
            &menu(Word::MenuWindow, &[&small, &large, &line()?, &close])?,
        ],
    )
}
