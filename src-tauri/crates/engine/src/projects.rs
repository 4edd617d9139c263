//! Projects: a name, a folder of documents, and the state of what was made from them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use specta::Type;
use sqlx::{Sqlite, Transaction};

use crate::clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::reasons::Reason;
use crate::runs::{RunStatus, RunView, Stage, record};
use crate::settings::ProjectSettings;
use crate::store::{generations, promotions};

/// The state of a project: what its badge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ProjectState {
    /// Nothing was made yet.
    NotRun,
    /// A run is active.
    Running,
    /// Every result was made from the current one before it.
    UpToDate,
    /// Some result is missing or older than what it should be made from.
    NeedsRerun,
    /// The last run left some units out.
    Partial,
    /// The last run failed. What was there before still is.
    Failed,
    /// The process of the last run died.
    Interrupted,
}

/// Sizes of the current results. Nothing means that the stage never finished; 0 means that it found nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub documents: Option<u32>,
    pub skipped: Option<u32>,
    pub terms: Option<u32>,
    pub provisional: Option<u32>,
    pub issues: Option<u32>,
    pub open_issues: Option<u32>,
    pub refined: Option<u32>,
    /// Entries that have a definition: the refined ones, or the provisional ones before there are refined ones.
    pub defined: Option<u32>,
}

/// A project in a list.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ProjectSummary {
    /// `UUIDv7`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its folder, an absolute path.
    pub folder: String,
    /// When it was created, UTC.
    pub created_at: String,
    /// Its state.
    pub state: ProjectState,
    /// Sizes of its results.
    pub counts: Counts,
    /// The run that is active, or else the last one.
    pub last_run: Option<RunView>,
}

/// A project in full.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ProjectDetail {
    /// The project.
    pub summary: ProjectSummary,
    /// Its active run.
    pub active_run: Option<RunView>,
    /// Stages whose result is missing or older than what it should be made from, in order.
    pub stale: Vec<Stage>,
    /// The run whose results are current.
    pub current_run: Option<String>,
    /// The current results were taken back: a later run made others.
    pub restored: bool,
    /// The run whose results stood before the current ones and can be restored.
    pub previous: Option<RunView>,
}

struct Record {
    id: String,
    name: String,
    folder: String,
    created_at: String,
}

impl Engine {
    /// All projects, the one with the newest run first.
    pub async fn list_projects(&self) -> Result<Vec<ProjectSummary>> {
        let rows = sqlx::query_as!(
            Record,
            "SELECT id, name, folder, created_at FROM project p WHERE deleted_at IS NULL
             ORDER BY coalesce((SELECT max(run.id) FROM run WHERE run.project_id = p.id), p.id) DESC"
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut projects = Vec::with_capacity(rows.len());
        for row in rows {
            projects.push(self.summarise(row).await?.summary);
        }
        Ok(projects)
    }

    /// Creates a project on a folder that no other project has.
    pub async fn create_project(&self, name: &str, folder: &Path) -> Result<ProjectSummary> {
        self.insert_project(name, folder, None).await
    }

    /// Creates a project on another folder with the settings and the decisions of this one, but without its runs and
    /// results.
    pub async fn duplicate_project(&self, project_id: &str, name: &str, folder: &Path) -> Result<ProjectSummary> {
        self.project_folder(project_id).await?;
        self.insert_project(name, folder, Some(project_id)).await
    }

    /// One folder is one project. Who gives it to another does not want the deleted one back.
    async fn purge_deleted(&self, folder: &str) -> Result<()> {
        let deleted = sqlx::query_scalar!(
            "SELECT id FROM project WHERE folder = ? AND deleted_at IS NOT NULL",
            folder
        )
        .fetch_optional(self.store().reader())
        .await?;
        match deleted {
            Some(deleted) => self.purge_project(&deleted).await,
            None => Ok(()),
        }
    }

    async fn insert_project(&self, name: &str, folder: &Path, like: Option<&str>) -> Result<ProjectSummary> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::NameEmpty);
        }
        let folder = canonical(folder)?;
        let folder_text = folder.display().to_string();
        self.purge_deleted(&folder_text).await?;
        let (id, now) = (uuid::Uuid::now_v7().to_string(), clock::now());
        let settings = serde_json::to_string(&ProjectSettings::default())?;
        let mut tx = self.store().write().await?;
        let owner = sqlx::query_scalar!("SELECT name FROM project WHERE folder = ?", folder_text)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(project) = owner {
            return Err(Error::FolderInUse { folder, project });
        }
        sqlx::query!(
            "INSERT INTO project (id, name, folder, settings, created_at) VALUES (?, ?, ?, ?, ?)",
            id,
            name,
            folder_text,
            settings,
            now
        )
        .execute(&mut *tx)
        .await?;
        if let Some(like) = like {
            copy_choices(&mut tx, like, &id).await?;
        }
        tx.commit().await?;
        self.project_changed(&id);
        Ok(self.project(&id).await?.summary)
    }

    /// The project of a folder; created under the folder's name if there is none.
    pub async fn project_for_folder(&self, folder: &Path) -> Result<ProjectSummary> {
        if let Some(project) = self.find_project(folder).await? {
            return Ok(project);
        }
        let folder = canonical(folder)?;
        let name = folder
            .file_name()
            .map_or_else(|| folder.display().to_string(), |n| n.to_string_lossy().into_owned());
        match self.create_project(&name, &folder).await {
            // Another process was faster with the same folder.
            Err(Error::FolderInUse { .. }) => self
                .find_project(&folder)
                .await?
                .ok_or_else(|| Error::ProjectNotFound(folder.display().to_string())),
            created => created,
        }
    }

    /// The project of a folder, if there is one.
    pub async fn find_project(&self, folder: &Path) -> Result<Option<ProjectSummary>> {
        // A folder that is gone still names its project.
        let folder = folder
            .canonicalize()
            .unwrap_or_else(|_| folder.to_owned())
            .display()
            .to_string();
        let id = sqlx::query_scalar!("SELECT id FROM project WHERE folder = ? AND deleted_at IS NULL", folder)
            .fetch_optional(self.store().reader())
            .await?;
        match id {
            Some(id) => Ok(Some(self.project(&id).await?.summary)),
            None => Ok(None),
        }
    }

    /// One project.
    pub async fn project(&self, project_id: &str) -> Result<ProjectDetail> {
        let row = sqlx::query_as!(
            Record,
            "SELECT id, name, folder, created_at FROM project WHERE id = ? AND deleted_at IS NULL",
            project_id
        )
        .fetch_optional(self.store().reader())
        .await?
        .ok_or_else(|| Error::ProjectNotFound(project_id.to_owned()))?;
        self.summarise(row).await
    }

    /// Gives a project another name.
    pub async fn rename_project(&self, project_id: &str, name: &str) -> Result<ProjectSummary> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::NameEmpty);
        }
        let mut tx = self.store().write().await?;
        sqlx::query!(
            "UPDATE project SET name = ? WHERE id = ? AND deleted_at IS NULL",
            name,
            project_id
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let renamed = self.project(project_id).await?.summary;
        self.project_changed(project_id);
        Ok(renamed)
    }

    /// Gives a project another folder, one that no other project has. Results and decisions stay. Refused while a run
    /// is active.
    pub async fn relocate_project(&self, project_id: &str, folder: &Path) -> Result<ProjectSummary> {
        let folder = self.free_folder(project_id, folder).await?;
        if let Some(run) = record::active(self.store(), project_id).await? {
            return Err(Error::RunActive { run });
        }
        let text = folder.display().to_string();
        self.purge_deleted(&text).await?;
        let mut tx = self.store().write().await?;
        record::refuse_active(&mut tx, project_id).await?;
        sqlx::query!("UPDATE project SET folder = ? WHERE id = ?", text, project_id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.scans().forget(project_id);
        self.project_changed(project_id);
        Ok(self.project(project_id).await?.summary)
    }

    /// A folder that is there and that no other project has.
    pub(crate) async fn free_folder(&self, project_id: &str, folder: &Path) -> Result<PathBuf> {
        self.project_folder(project_id).await?;
        let folder = canonical(folder)?;
        let text = folder.display().to_string();
        let owner = sqlx::query_scalar!(
            "SELECT name FROM project WHERE folder = ? AND id <> ? AND deleted_at IS NULL",
            text,
            project_id
        )
        .fetch_optional(self.store().reader())
        .await?;
        match owner {
            Some(project) => Err(Error::FolderInUse { folder, project }),
            None => Ok(folder),
        }
    }

    /// Paths of the documents that the last run read.
    pub(crate) async fn known_paths(&self, project_id: &str) -> Result<Vec<String>> {
        let load = generations::current(self.store(), project_id)
            .await?
            .get(&Stage::Load)
            .copied();
        Ok(
            sqlx::query_scalar!("SELECT path FROM document WHERE generation_id = ?", load)
                .fetch_all(self.store().reader())
                .await?,
        )
    }

    /// The folder of a project.
    pub async fn project_folder(&self, project_id: &str) -> Result<PathBuf> {
        sqlx::query_scalar!(
            "SELECT folder FROM project WHERE id = ? AND deleted_at IS NULL",
            project_id
        )
        .fetch_optional(self.store().reader())
        .await?
        .map(PathBuf::from)
        .ok_or_else(|| Error::ProjectNotFound(project_id.to_owned()))
    }

    /// The settings that a run was started with.
    pub(crate) async fn run_settings(&self, run_id: &str) -> Result<ProjectSettings> {
        let json = sqlx::query_scalar!("SELECT settings FROM run WHERE id = ?", run_id)
            .fetch_one(self.store().reader())
            .await?;
        ProjectSettings::stored(&json)
    }

    async fn summarise(&self, row: Record) -> Result<ProjectDetail> {
        let active_run = match record::active(self.store(), &row.id).await? {
            Some(run) => Some(self.run(&run).await?),
            None => None,
        };
        let last_run = match &active_run {
            Some(run) => Some(run.clone()),
            None => self.list_runs(Some(&row.id), 0, 1).await?.rows.pop(),
        };
        let staleness = self.staleness(&row.id).await?;
        let state = match (&active_run, last_run.as_ref().map(|run| run.status)) {
            (Some(run), _) if !run.status.is_final() => ProjectState::Running,
            (_, Some(RunStatus::Failed)) => ProjectState::Failed,
            (_, Some(RunStatus::Interrupted)) => ProjectState::Interrupted,
            (_, Some(RunStatus::Partial)) => ProjectState::Partial,
            _ if staleness.reasons.contains(&Reason::NotRun) => ProjectState::NotRun,
            _ if staleness.stages.is_empty() => ProjectState::UpToDate,
            _ => ProjectState::NeedsRerun,
        };
        let counts = self.counts(&row.id).await?;
        let (current_run, restored) = match promotions::current(self.store(), &row.id).await? {
            Some((run, restored)) => (Some(run), restored),
            None => (None, false),
        };
        let previous = match promotions::previous(self.store(), &row.id).await? {
            Some(run) => Some(self.run(&run).await?),
            None => None,
        };
        let Record {
            id,
            name,
            folder,
            created_at,
        } = row;
        let summary = ProjectSummary {
            id,
            name,
            folder,
            created_at,
            state,
            counts,
            last_run,
        };
        Ok(ProjectDetail {
            summary,
            active_run,
            stale: staleness.stages,
            current_run,
            restored,
            previous,
        })
    }

    async fn counts(&self, project_id: &str) -> Result<Counts> {
        let row = sqlx::query!(
            r#"WITH current AS (SELECT stage, generation_id AS id FROM current_generation WHERE project_id = ?1),
                 load AS (SELECT id FROM current WHERE stage = 'load'),
                 extract AS (SELECT id FROM current WHERE stage = 'extract'),
                 define AS (SELECT id FROM current WHERE stage = 'define'),
                 review AS (SELECT id FROM current WHERE stage = 'review'),
                 refine AS (SELECT id FROM current WHERE stage = 'refine')
               SELECT
                 (SELECT (SELECT count(*) FROM document WHERE generation_id = id) FROM load) AS "documents?: i64",
                 (SELECT (SELECT count(*) FROM skipped_file WHERE generation_id = id) FROM load) AS "skipped?: i64",
                 (SELECT (SELECT count(*) FROM term WHERE generation_id = id) FROM extract) AS "terms?: i64",
                 (SELECT (SELECT count(*) FROM entry e WHERE generation_id = id AND NOT EXISTS
                     (SELECT 1 FROM decision d WHERE d.project_id = ?1 AND d.key = e.key AND d.verdict = 'excluded'))
                  FROM define) AS "provisional?: i64",
                 (SELECT (SELECT count(*) FROM issue WHERE generation_id = id) FROM review) AS "issues?: i64",
                 (SELECT (SELECT count(*) FROM entry e WHERE generation_id = id AND NOT EXISTS
                     (SELECT 1 FROM decision d WHERE d.project_id = ?1 AND d.key = e.key AND d.verdict = 'excluded'))
                  FROM refine) AS "refined?: i64",
                 (SELECT (SELECT count(*) FROM entry e LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
                     WHERE e.generation_id = glossary.id AND d.verdict IS NOT 'excluded'
                       AND coalesce(d.definition, e.definition) IS NOT NULL)
                  FROM (SELECT coalesce((SELECT id FROM refine), (SELECT id FROM define)) AS id) AS glossary
                  WHERE glossary.id IS NOT NULL) AS "defined?: i64""#,
            project_id
        )
        .fetch_one(self.store().reader())
        .await?;
        let count = |count: Option<i64>| count.map(|count| count as u32);
        Ok(Counts {
            documents: count(row.documents),
            skipped: count(row.skipped),
            terms: count(row.terms),
            provisional: count(row.provisional),
            issues: count(row.issues),
            open_issues: self.count_open_issues(project_id).await?,
            refined: count(row.refined),
            defined: count(row.defined),
        })
    }
}

/// Copies what the researcher chose for a project: its settings and the decisions about its terms.
async fn copy_choices(tx: &mut Transaction<'_, Sqlite>, from: &str, to: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE project SET settings = (SELECT settings FROM project WHERE id = ?) WHERE id = ?",
        from,
        to
    )
    .execute(&mut **tx)
    .await?;
    // Every table of a project whose rows say when they were decided, and every column of it: none can be forgotten.
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema t WHERE type = 'table' AND
             (SELECT count(*) FROM pragma_table_info(t.name) WHERE name IN ('project_id', 'decided_at')) = 2",
    )
    .fetch_all(&mut **tx)
    .await?;
    for table in tables {
        let columns: Vec<String> =
            sqlx::query_scalar("SELECT name FROM pragma_table_info(?) WHERE name <> 'project_id'")
                .bind(&table)
                .fetch_all(&mut **tx)
                .await?;
        let columns = columns.join(", ");
        let copy = format!(
            "INSERT INTO {table} (project_id, {columns}) SELECT ?1, {columns} FROM {table} WHERE project_id = ?2"
        );
        // Names of the schema, nothing that anybody typed.
        sqlx::query(sqlx::AssertSqlSafe(copy))
            .bind(to)
            .bind(from)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

fn canonical(folder: &Path) -> Result<PathBuf> {
    let found = folder
        .canonicalize()
        .map_err(|_| Error::FolderNotFound(folder.to_owned()))?;
    if !found.is_dir() {
        return Err(Error::FolderNotADirectory(folder.to_owned()));
    }
    // A path that is no text cannot be stored as one: it would name another folder.
    if found.to_str().is_none() {
        return Err(Error::FolderNotFound(folder.to_owned()));
    }
    Ok(found)
}
