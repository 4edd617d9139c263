//! What the app is asked to show from outside: by its argument, by a second start, by a link.
//!
//! A link is `genglossary://project/<project id>/run/<run id>`, with `#<number of a log record>` behind it when it means
//! a place in the log. It comes from anywhere, so nothing else is taken for one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use genglossary_engine::Engine;
use tauri::{AppHandle, Manager as _, Runtime};
use tauri_specta::Event as _;
use uuid::Uuid;

use crate::ipc::error::{IpcError, IpcResult};
use crate::sink::{OpenFailed, OpenProject, OpenRun, RunRef};
use crate::state::AppState;

const SCHEME: &str = "genglossary:";

/// Something to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The project of a folder.
    Folder(PathBuf),
    /// A run.
    Run(RunRef),
    /// A link that is none of ours.
    BadLink(String),
}

/// What was asked for, found.
#[derive(Debug)]
pub enum Found {
    /// A project, by its id.
    Project(String),
    /// A run.
    Run(RunRef),
}

impl Asked {
    /// Reads an argument of the command line. A relative folder begins at `cwd`.
    pub fn parse(argument: &OsStr, cwd: &Path) -> Self {
        let text = argument.to_string_lossy();
        let is_link = text
            .get(..SCHEME.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
        if !is_link {
            return Self::Folder(cwd.join(argument));
        }
        parse_link(&text).map_or_else(|| Self::BadLink(text.chars().take(200).collect()), Self::Run)
    }

    /// Looks up what was asked for.
    ///
    /// # Errors
    /// `link_invalid`, `run_not_found`, `folder_not_found` and the like.
    pub async fn find(&self, engine: &Engine) -> IpcResult<Found> {
        match self {
            Self::Folder(folder) => Ok(Found::Project(engine.project_for_folder(folder).await?.id)),
            Self::Run(run) => {
                let known = engine.run(&run.run_id).await?;
                if known.project_id == run.project_id {
                    Ok(Found::Run(run.clone()))
                } else {
                    Err(genglossary_engine::Error::RunNotFound(run.run_id.clone()).into())
                }
            }
            Self::BadLink(link) => Err(IpcError {
                code: "link_invalid".to_owned(),
                params: [("link".to_owned(), link.clone())].into(),
                detail: None,
            }),
        }
    }
}

/// The link to a run, or to a place in its log.
pub fn parse_link(link: &str) -> Option<RunRef> {
    let (scheme, rest) = link.split_at_checked(SCHEME.len())?;
    let rest = rest.strip_prefix("//project/")?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let (path, seq) = match rest.split_once('#') {
        Some((path, seq)) => (path, Some(number(seq)?)),
        None => (rest, None),
    };
    let (project, run) = path.split_once("/run/")?;
    Some(RunRef {
        project_id: id(project)?,
        run_id: id(run)?,
        seq,
    })
}

fn id(text: &str) -> Option<String> {
    // The library reads other spellings too; ours is the one with hyphens.
    let id = Uuid::try_parse(text).ok()?.hyphenated().to_string();
    id.eq_ignore_ascii_case(text).then_some(id)
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Brings the window to the front and shows what a second start or a link asked for.
pub fn open<R: Runtime>(app: &AppHandle<R>, asked: Option<Asked>) {
    super::show(app);
    let Some(asked) = asked else { return };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let found = match app.state::<AppState>().engine().await {
            Ok(engine) => asked.find(engine).await,
            Err(error) => Err(error),
        };
        let sent = match found {
            Ok(Found::Project(project_id)) => OpenProject(genglossary_engine::ProjectRef { project_id }).emit(&app),
            Ok(Found::Run(run)) => OpenRun(run).emit(&app),
            Err(error) => OpenFailed(error).emit(&app),
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "an event did not reach the window");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECT: &str = "019ab3f2-7c4e-7000-8000-000000000001";
    const RUN: &str = "019ab3f2-7c4e-7000-8000-0000000000ab";

    fn asked(argument: &str) -> Asked {
        Asked::parse(OsStr::new(argument), Path::new("/work"))
    }

    #[test]
    fn a_link_names_a_run_and_perhaps_a_record_of_its_log() {
        let run = |seq| RunRef {
            project_id: PROJECT.to_owned(),
            run_id: RUN.to_owned(),
            seq,
        };
        let link = format!("genglossary://project/{PROJECT}/run/{RUN}");
        assert_eq!(parse_link(&link), Some(run(None)));
        assert_eq!(parse_link(&format!("{link}#9802")), Some(run(Some(9802))));
        let shouted = format!("GENGLOSSARY://project/{}/run/{RUN}", PROJECT.to_uppercase());
        assert_eq!(parse_link(&shouted), Some(run(None)));
    }

    #[test]
    fn what_is_not_exactly_a_link_is_none() {
        for end in [
            String::new(),
            format!("//project/{PROJECT}"),
            format!("//project/{PROJECT}/run/"),
            format!("//project/{PROJECT}/run/{RUN}/"),
            format!("//project/{PROJECT}/run/{RUN}?x=1"),
            format!("//project/{PROJECT}/run/{RUN}#"),
            format!("//project/{PROJECT}/run/{RUN}#0"),
            format!("//project/{PROJECT}/run/{RUN}#-1"),
            format!("//project/{PROJECT}/run/{RUN}#+1"),
            format!("//project/{PROJECT}/run/{RUN}#4294967296"),
            format!("//project/../{PROJECT}/run/{RUN}"),
            format!("//project/{{{PROJECT}}}/run/{RUN}"),
            format!("//project/{}/run/{RUN}", PROJECT.replace('-', "")),
            format!("//evil/project/{PROJECT}/run/{RUN}"),
            format!("project/{PROJECT}/run/{RUN}"),
        ] {
            let link = format!("genglossary:{end}");
            assert_eq!(parse_link(&link), None, "{link}");
            assert!(
                matches!(asked(&link), Asked::BadLink(_)),
                "{link} is not a folder either"
            );
        }
    }

    #[test]
    fn a_folder_is_where_the_second_start_was() {
        assert_eq!(asked("texts"), Asked::Folder("/work/texts".into()));
        assert_eq!(asked("/data/資料"), Asked::Folder("/data/資料".into()));
        assert_eq!(asked("genglossary"), Asked::Folder("/work/genglossary".into()));
    }
}
