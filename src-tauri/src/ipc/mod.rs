//! The commands and events that the interface may use, one file per domain. A command parses, calls the engine and
//! converts; it decides nothing.

pub mod app;
pub mod dashboard;
pub mod documents;
pub mod error;
pub mod folders;
pub mod glossary;
pub mod logs;
pub mod models;
pub mod ollama;
pub mod plans;
pub mod projects;
pub mod runs;
pub mod terms;

use tauri::Runtime;
use tauri_specta::{Builder, collect_commands, collect_events};

use crate::sink::{
    CloseRequested, LogAppended, LogEnded, OllamaChanged, OpenFailed, OpenProject, OpenRun, ProjectChanged,
    PullChanged, RunChanged, SettingsChanged,
};

/// All commands and events: the contract with the interface, from which its TypeScript is generated.
pub fn contract<R: Runtime>() -> Builder<R> {
    Builder::new()
        // What is written is what is read: one TypeScript type per Rust type.
        .disable_serde_phases()
        .commands(collect_commands![
            app::get_app_info,
            app::get_settings::<tauri::Wry>,
            app::set_settings::<tauri::Wry>,
            app::get_about,
            app::get_data_size,
            app::open_data_folder::<tauri::Wry>,
            app::answer_close::<tauri::Wry>,
            projects::list_projects,
            projects::create_project,
            projects::rename_project,
            projects::delete_project,
            projects::restore_project,
            projects::duplicate_project,
            projects::find_project,
            projects::open_sample,
            projects::get_project,
            projects::open_folder::<tauri::Wry>,
            projects::get_project_settings,
            projects::set_project_settings,
            models::get_usual_model,
            models::get_model_call,
            models::list_model_calls,
            models::list_models,
            models::check_model,
            models::set_model_key,
            models::get_model_server,
            models::start_pull,
            models::cancel_pull,
            models::list_pulls,
            ollama::get_ollama::<tauri::Wry>,
            ollama::start_ollama::<tauri::Wry>,
            ollama::stop_ollama::<tauri::Wry>,
            ollama::read_ollama_log::<tauri::Wry>,
            runs::start_run,
            runs::cancel_run,
            runs::continue_run,
            runs::list_runs,
            runs::get_run,
            runs::resume_run,
            runs::retry_missing,
            runs::list_missing,
            runs::force_stop_run,
            runs::list_active_runs,
            runs::pin_run,
            runs::delete_run,
            runs::restore_run,
            dashboard::get_dashboard,
            dashboard::list_history,
            dashboard::get_usual_stages,
            dashboard::get_groups,
            plans::get_plan,
            plans::restore_results,
            plans::diff_runs,
            plans::list_diff,
            logs::read_log,
            logs::search_log,
            logs::outline_log,
            logs::open_log_window::<tauri::Wry>,
            documents::list_documents,
            documents::get_document,
            documents::read_document,
            documents::find_in_document,
            documents::list_files,
            documents::count_files,
            documents::exclude_files,
            documents::include_files,
            folders::watch_folder,
            folders::reveal_file::<tauri::Wry>,
            folders::check_folder,
            folders::relocate_project,
            folders::count_matches,
            folders::plan_copy,
            folders::copy_files,
            folders::undo_copy,
            terms::list_terms,
            terms::get_term_heads,
            terms::get_term,
            terms::list_occurrences,
            terms::mark_term,
            terms::require_term,
            terms::decide_terms,
            terms::undo_change,
            terms::list_categories,
            glossary::list_entries,
            glossary::get_entry_heads,
            glossary::count_entries,
            glossary::get_entry,
            glossary::list_issues,
            glossary::count_issues,
            glossary::answer_issues,
            glossary::recheck_issue,
            glossary::export_glossary,
        ])
        .events(collect_events![
            RunChanged,
            LogAppended,
            LogEnded,
            ProjectChanged,
            CloseRequested,
            OpenRun,
            OpenProject,
            OpenFailed,
            SettingsChanged,
            PullChanged,
            OllamaChanged
        ])
}
