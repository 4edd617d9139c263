//! How far the glossary of a project is, by group: terms by their category, documents by their folder.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::engine::Engine;
use crate::error::Result;

/// A part of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Group {
    /// A category, or a folder below that of the project; empty for the documents that are in none.
    pub name: String,
    /// Terms that have a definition; documents that were read.
    pub done: u32,
    /// All.
    pub total: u32,
}

/// The current results of a project by group, the largest group first. Nothing means that the stage never finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Groups {
    /// Terms by category, with the researcher's own categories and definitions, without excluded terms.
    pub categories: Option<Vec<Group>>,
    /// Documents by the first folder of their path, those included that were too large or could not be read.
    pub folders: Option<Vec<Group>>,
}

impl Engine {
    /// The current results of a project by group.
    pub async fn groups(&self, project_id: &str) -> Result<Groups> {
        self.project_folder(project_id).await?;
        Ok(Groups {
            categories: self.categories(project_id).await?,
            folders: self.folders(project_id).await?,
        })
    }

    /// The refined entries count, or the provisional ones before there are refined ones.
    async fn categories(&self, project_id: &str) -> Result<Option<Vec<Group>>> {
        let glossary = sqlx::query_scalar!(
            "SELECT generation_id FROM current_generation WHERE project_id = ? AND stage IN ('define', 'refine')
             ORDER BY stage DESC LIMIT 1",
            project_id
        )
        .fetch_optional(self.store().reader())
        .await?;
        let Some(glossary) = glossary else { return Ok(None) };
        let rows = sqlx::query!(
            r#"SELECT coalesce(d.category, e.category) AS "name!: String", count(*) AS "total!: i64",
                 sum(coalesce(d.definition, e.definition) IS NOT NULL) AS "done!: i64"
               FROM entry e LEFT JOIN decision d ON d.project_id = ?1 AND d.key = e.key
               WHERE e.generation_id = ?2 AND d.verdict IS NOT 'excluded'
               GROUP BY 1 ORDER BY 2 DESC, 1"#,
            project_id,
            glossary
        )
        .fetch_all(self.store().reader())
        .await?;
        let group = |(name, done, total): (String, i64, i64)| Group {
            name,
            done: done as u32,
            total: total as u32,
        };
        Ok(Some(
            rows.into_iter()
                .map(|row| group((row.name, row.done, row.total)))
                .collect(),
        ))
    }

    async fn folders(&self, project_id: &str) -> Result<Option<Vec<Group>>> {
        let load = sqlx::query_scalar!(
            "SELECT generation_id FROM current_generation WHERE project_id = ? AND stage = 'load'",
            project_id
        )
        .fetch_optional(self.store().reader())
        .await?;
        let Some(load) = load else { return Ok(None) };
        let rows = sqlx::query!(
            r#"SELECT CASE instr(path, '/') WHEN 0 THEN '' ELSE substr(path, 1, instr(path, '/') - 1) END
                     AS "name!: String",
                 count(*) AS "total!: i64", sum(read) AS "done!: i64"
               FROM (SELECT path, 1 AS read FROM document WHERE generation_id = ?1
                     UNION ALL
                     SELECT path, 0 FROM skipped_file
                     WHERE generation_id = ?1 AND reason IN ('too_large', 'unreadable'))
               GROUP BY 1 ORDER BY 2 DESC, 1"#,
            load
        )
        .fetch_all(self.store().reader())
        .await?;
        Ok(Some(
            rows.into_iter()
                .map(|row| Group {
                    name: row.name,
                    done: row.done as u32,
                    total: row.total as u32,
                })
                .collect(),
        ))
    }
}
