//! The sentences of the command line, in English and Japanese.

use genglossary_engine::{
    CancelOutcome, ExportReport, Message, PullState, PullView, RunStatus, RunView, Stage, StageStatus, StageView,
    StopReason, Waiting,
};

/// The language of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    English,
    Japanese,
}

use Words::{English, Japanese};

impl Words {
    /// As the locale of the environment says.
    pub(crate) fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok());
        match set.into_iter().find(|value| !value.is_empty()) {
            Some(locale) if locale.starts_with("ja") => Japanese,
            _ => English,
        }
    }

    pub(crate) fn pick<'a>(self, english: &'a str, japanese: &'a str) -> &'a str {
        match self {
            English => english,
            Japanese => japanese,
        }
    }

    /// The stage under the name of its tab.
    pub(crate) fn stage(self, stage: Stage) -> &'static str {
        match (self, stage) {
            (English, Stage::Load) => "Files",
            (English, Stage::Extract) => "Terms",
            (English, Stage::Define) => "Provisional",
            (English, Stage::Review) => "Issues",
            (English, Stage::Refine) => "Refined",
            (Japanese, Stage::Load) => "ファイル",
            (Japanese, Stage::Extract) => "用語",
            (Japanese, Stage::Define) => "暫定定義",
            (Japanese, Stage::Review) => "指摘",
            (Japanese, Stage::Refine) => "確定定義",
        }
    }

    pub(crate) fn needs_engine(self, argument: &str) -> String {
        match self {
            English => format!("{argument} needs a model: name its server with --engine ollama, openai or azure"),
            Japanese => format!("{argument}にはモデルが必要です。--engineでollama、openai、azureのどれかを指定します"),
        }
    }

    pub(crate) fn pulled(self, pull: &PullView) -> String {
        let PullView { server, model, .. } = pull;
        match (self, pull.state, &pull.error) {
            (_, _, Some(error)) => format!("genglossary: {}", self.error(error)),
            (English, PullState::Cancelled, _) => {
                format!("{model}: stopped. {server} keeps what it got, and goes on from there.")
            }
            (Japanese, PullState::Cancelled, _) => {
                format!("{model}：中止しました。{server}は受信済みの分を残し、次回はその続きから始めます。")
            }
            (English, ..) => format!("{server} has {model}."),
            (Japanese, ..) => format!("{server}で{model}を使えます。"),
        }
    }

    pub(crate) fn started(self, run: &RunView) -> String {
        format!("{} {}: {}", self.pick("run", "実行"), run.id, run.project_name)
    }

    pub(crate) fn waiting(self, waiting: Waiting) -> String {
        let Waiting { running, limit, ahead } = waiting;
        match self {
            English => format!("waiting: {running} of {limit} runs are at work, {ahead} came before"),
            Japanese => format!("待機中：{limit}件中{running}件が実行中、先に{ahead}件が待っています"),
        }
    }

    pub(crate) fn reused(self, units: u32) -> String {
        match self {
            English => format!("{units} units were done before and used again"),
            Japanese => format!("処理済みの{units}件を再利用しました"),
        }
    }

    pub(crate) fn missing(self, run: &RunView) -> String {
        let (count, id) = (run.missing, &run.id);
        match self {
            English => format!("{count} units are missing; try them again with: genglossary retry {id}"),
            Japanese => format!("{count}件を処理できませんでした。再試行：genglossary retry {id}"),
        }
    }

    pub(crate) fn stage_started(self, stage: Stage) -> String {
        format!("{}…", self.stage(stage))
    }

    pub(crate) fn stage_ended(self, stage: &StageView) -> String {
        let name = self.stage(stage.stage);
        let what = match stage.status {
            StageStatus::Failed => self.pick("failed", "失敗"),
            StageStatus::Cancelled => self.pick("stopped", "中止"),
            _ => self.pick("done", "完了"),
        };
        format!("{name}: {} / {}, {what}", stage.done, stage.total)
    }

    pub(crate) fn stopping(self) -> &'static str {
        self.pick(
            "stopping; once more to stop by force",
            "中止処理中。もう一度押すと強制的に中止",
        )
    }

    pub(crate) fn ended(self, run: &RunView) -> String {
        let status = match run.status {
            RunStatus::Completed => self.pick("completed", "完了"),
            RunStatus::Partial => self.pick("partial", "一部完了"),
            RunStatus::Cancelled if run.stop_reason == Some(StopReason::Forced.as_text()) => self.pick(
                "stopped by force; the glossary is as it was",
                "強制的に中止しました。用語集は元のままです",
            ),
            RunStatus::Cancelled => self.pick(
                "stopped; the glossary is as it was",
                "中止しました。用語集は元のままです",
            ),
            RunStatus::Interrupted => self.pick("interrupted", "中断"),
            _ => self.pick(
                "failed; the glossary is as it was",
                "失敗しました。用語集は元のままです",
            ),
        };
        status.to_owned()
    }

    pub(crate) fn exported(self, report: &ExportReport) -> String {
        match self {
            English => format!("{}: {} entries", report.path, report.entries),
            Japanese => format!("{}：{}項目", report.path, report.entries),
        }
    }

    pub(crate) fn no_runs(self) -> &'static str {
        self.pick(
            "no runs yet; start one with: genglossary run FOLDER",
            "実行履歴はありません。開始：genglossary run FOLDER",
        )
    }

    pub(crate) fn cancelled(self, outcome: CancelOutcome, run: &RunView) -> String {
        match outcome {
            CancelOutcome::AlreadyFinished => {
                let had = self.pick("the run had ended before", "実行はすでに終わっています");
                format!("{had}: {}", run.status.as_text())
            }
            CancelOutcome::Cancelling if run.status.is_final() => self.ended(run),
            CancelOutcome::Cancelling => self
                .pick(
                    "asked to stop; it has not answered yet",
                    "中止を依頼しましたが、まだ応答がありません",
                )
                .to_owned(),
        }
    }

    /// A sentence for an error: what happened, and what to do.
    pub(crate) fn error(self, message: &Message) -> String {
        let template = self.template(&message.code);
        let mut sentence = template.to_owned();
        for (name, value) in &message.params {
            sentence = sentence.replace(&format!("{{{name}}}"), value);
        }
        if template.is_empty() {
            sentence.clone_from(&message.code);
        }
        match &message.detail {
            Some(detail) => format!("{sentence} ({detail})"),
            None => sentence,
        }
    }

    fn template(self, code: &str) -> &'static str {
        let (english, japanese) = match code {
            "project_not_found" => (
                "There is no project for {project} yet. Start with: genglossary run FOLDER",
                "{project}のプロジェクトはまだありません。開始：genglossary run FOLDER",
            ),
            "run_not_found" => (
                "There is no run {run}. List them with: genglossary runs",
                "実行{run}はありません。一覧：genglossary runs",
            ),
            "term_not_found" => (
                "The term “{term}” is not in the list any more.",
                "用語「{term}」は一覧にありません。",
            ),
            "entry_not_found" => (
                "The entry “{term}” is not in the glossary any more.",
                "項目「{term}」は用語集にありません。",
            ),
            "document_not_found" => (
                "“{path}” is not among the documents of the last run.",
                "「{path}」は前回の実行の文書にありません。",
            ),
            "file_not_found" => (
                "“{path}” is not in the folder any more.",
                "「{path}」はフォルダにありません。",
            ),
            "copy_failed" => (
                "“{path}” could not be copied; nothing was copied.",
                "「{path}」をコピーできませんでした。コピーしたファイルはありません。",
            ),
            "bad_pattern" => (
                "The pattern “{pattern}” cannot be understood.",
                "パターン「{pattern}」を解釈できません。",
            ),
            "bad_search" => (
                "This is no regular expression: {why}.",
                "正規表現として解釈できません：{why}",
            ),
            "budget_spent" => (
                "The run has spent its budget of {budget}; every answer is kept.",
                "実行が予算 {budget} を使い切りました。答えはすべて残っています。",
            ),
            "call_not_found" => ("This call is not kept any more.", "この呼び出しはもう残っていません。"),
            "no_model" => (
                "No model writes the definitions of this project.",
                "このプロジェクトの定義を書くモデルがありません。",
            ),
            "name_taken" => (
                "Another term is called “{term}”.",
                "「{term}」という名前の用語がすでにあります。",
            ),
            "issue_not_found" => ("The issue is not there any more.", "この指摘はもうありません。"),
            "change_gone" => (
                "This decision was taken back already.",
                "この判断はすでに元に戻しています。",
            ),
            "decided_since" => (
                "“{term}” was decided about since; that decision stays.",
                "「{term}」にはその後の判断があり、そのままにしました。",
            ),
            "run_is_current" => (
                "The results of this run are the current glossary. Run again first.",
                "この実行の結果が現在の用語集です。先に再実行します。",
            ),
            "log_removed" => (
                "The log of this run is not kept any more.",
                "この実行のログは残っていません。",
            ),
            "name_empty" => (
                "The project has no name. Give its folder one that is not only blanks.",
                "プロジェクト名が空です。フォルダ名に空白以外の文字を使います。",
            ),
            "empty_term" => ("The term is empty.", "用語が空です。"),
            "invalid_settings" => (
                "The setting {field} has a value that is not possible.",
                "設定{field}の値は使えません。",
            ),
            "categories_full" => (
                "A project has at most {most} categories of its own.",
                "独自の分類は{most}個までです。",
            ),
            "category_built_in" => (
                "Every project has the category “{category}” already. Choose another name.",
                "分類「{category}」はどのプロジェクトにもあります。別の名前にします。",
            ),
            "category_hidden" => (
                "The category “{category}” holds characters that nobody sees. Type its name and its line anew.",
                "分類「{category}」に見えない文字が含まれています。名前と説明を入力し直します。",
            ),
            "category_long" => (
                "The category “{category}” is too long: a name has at most 40 characters, its line 120.",
                "分類「{category}」が長すぎます。名前は40文字まで、説明は120文字までです。",
            ),
            "category_taken" => (
                "There are two categories “{category}”. Case and width make no difference.",
                "分類「{category}」が重複しています。大文字と小文字、全角と半角は区別しません。",
            ),
            "folder_not_found" => (
                "The folder {folder} does not exist. Check the path, or that the drive is connected.",
                "フォルダ{folder}がありません。パスまたはドライブの接続を確認します。",
            ),
            "folder_not_a_directory" => (
                "{folder} is a file. Name the folder that holds it.",
                "{folder}はファイルです。フォルダを指定します。",
            ),
            "folder_in_use" => (
                "The folder {folder} belongs to the project “{project}” already.",
                "フォルダ{folder}はプロジェクト「{project}」のものです。",
            ),
            "run_active" => (
                "Run {run} of this project is active. Wait for it, or stop it with: genglossary cancel {run}",
                "このプロジェクトでは実行{run}が進行中です。終了を待つか、次で中止します：genglossary cancel {run}",
            ),
            "nothing_to_resume" => (
                "Run {run} finished: there is nothing to take up. Start a new one with: genglossary run FOLDER",
                "実行{run}は終了しており、再開するものはありません。新しい実行：genglossary run FOLDER",
            ),
            "nothing_to_retry" => (
                "Run {run} misses nothing: there is nothing to try again.",
                "実行{run}に未処理のものはありません。再試行は不要です。",
            ),
            "results_gone" => (
                "The results of run {run} are not kept any more. Start a new run to get current ones.",
                "実行{run}の結果はもう残っていません。新しく実行します。",
            ),
            "different_projects" => (
                "The two runs belong to different projects. Choose two runs of one project.",
                "2つの実行は別のプロジェクトのものです。同じプロジェクトの実行を選びます。",
            ),
            "unit_failed" => (
                "A part of the work broke off. Try it again; the rest is kept.",
                "処理の一部が中断しました。再試行します。ほかの結果は残っています。",
            ),
            "file_unreadable" => (
                "Cannot read {path}. Check that it is there and that you may read it.",
                "{path}を読めません。ファイルの有無と権限を確認します。",
            ),
            "no_documents" => (
                "No readable documents in {folder} ({skipped} files skipped). Put .md or .txt files there and run again.",
                "{folder}に読める文書がありません（{skipped}件を省略）。.mdか.txtを置いて再実行します。",
            ),
            "no_input" => (
                "The stage “{stage}” has no result yet. Run the full pipeline first.",
                "工程「{stage}」の結果がまだありません。先に全工程を実行します。",
            ),
            "data_folder_read_only" => (
                "Cannot write to the data folder {path}. Change its permissions, or set GENGLOSSARY_HOME to another folder.",
                "データフォルダ{path}に書き込めません。権限を変えるか、GENGLOSSARY_HOMEで別の場所を指定します。",
            ),
            "database_newer" => (
                "The data was written by a newer version of GenGlossary (schema {found}, this one knows {known}). Update the app; nothing was changed.",
                "データは新しい版のGenGlossaryのものです（スキーマ{found}、この版は{known}まで）。アプリを更新します。データは変更していません。",
            ),
            "database_damaged" => (
                "The database {path} is damaged. Nothing was changed; restore it from a backup, or move it away to start anew.",
                "データベース{path}が壊れています。変更はしていません。バックアップから戻すか、移動してやり直します。",
            ),
            "disk_full" => (
                "The disk is full. Free some space and run again.",
                "ディスクがいっぱいです。空きを作って再実行します。",
            ),
            "export_failed" => ("Cannot write {path}.", "{path}に書き込めません。"),
            "export_format" => (
                "No format for {path}. Use the extension .md, .tsv or .json.",
                "{path}の形式が分かりません。拡張子は.md、.tsv、.jsonのどれかにします。",
            ),
            "log_unreadable" => ("Cannot read the log {path}.", "ログ{path}を読めません。"),
            "bad_key" => (
                "This text cannot be a key. Copy the key again, without spaces or line breaks.",
                "このテキストはキーとして使えません。空白や改行を含めずに、キーをコピーし直します。",
            ),
            "pull_active" => (
                "{server} gets {model} already. Wait for it, or stop it.",
                "{server}はすでに{model}を取得しています。終わるのを待つか、中止します。",
            ),
            "model_address" => (
                "A server answers, but has nothing at {server}. Check the kind of server and the path of the base URL.",
                "サーバーは応答しますが、{server}には何もありません。サーバーの種類とベースURLのパスを確認します。",
            ),
            "model_no_server" => (
                "Something else than a model server answers at {server}. Check the host and the port of the base URL.",
                "{server}で応答しているのはモデルサーバーではありません。ベースURLのホスト名とポートを確認します。",
            ),
            "model_no_host" => (
                "There is no computer of the name in {server}. Check its spelling, and the network.",
                "{server}のホスト名が見つかりません。つづりとネットワークを確認します。",
            ),
            "model_no_key" => (
                "{server} asks for a key. Enter it in the project's settings, or set GENGLOSSARY_API_KEY.",
                "{server}にはキーが必要です。プロジェクトの設定で入力するか、GENGLOSSARY_API_KEYを設定します。",
            ),
            "model_forbidden" => (
                "{server} does not allow this. Check what the key may use, and which computers the server lets in.",
                "{server}が許可していません。キーの権限と、サーバーがこのコンピュータを受け入れるかを確認します。",
            ),
            "model_no_json" => (
                "The model at {server} did not answer in JSON. Choose another model.",
                "{server}のモデルがJSONで答えませんでした。別のモデルを選びます。",
            ),
            "model_bad_address" => (
                "The address cannot be that of a server. Give it as http://host:port, without a user, a key or a query.",
                "サーバーのアドレスとして使えません。http://ホスト:ポートの形で、ユーザー名・キー・クエリを付けずに指定します。",
            ),
            "model_busy" => (
                "The model server {server} failed or has too much to do. Run again later, or with fewer calls at the same time. What is written is kept.",
                "モデルサーバー{server}が失敗したか、混み合っています。後で再実行するか、同時呼び出し数を減らします。書かれたものは残っています。",
            ),
            "model_context" => (
                "The question does not fit into the {context} tokens of the model's context. Set a longer context in the project's settings.",
                "質問がモデルのコンテキスト（{context}トークン）に収まりません。プロジェクトの設定でコンテキストを長くします。",
            ),
            "model_credit" => (
                "The account at {server} has no credit left. Add credit there, then run again. What is written is kept.",
                "{server}のアカウントの残高がありません。残高を追加して再実行します。書かれたものは残っています。",
            ),
            "model_key" => (
                "{server} does not accept the key. Enter the key again in the project's settings.",
                "{server}がキーを受け付けません。プロジェクトの設定でキーを入力し直します。",
            ),
            "model_refused" => (
                "{server} refuses the request. Read what it says, and change the model or its settings.",
                "{server}が要求を拒みました。サーバーのメッセージを読み、モデルかその設定を変えます。",
            ),
            "model_reply" => (
                "The model at {server} gave no usable answer. Try again, or choose another model.",
                "{server}のモデルから使える答えが返りませんでした。再試行するか、別のモデルを選びます。",
            ),
            "model_slow" => (
                "{server} did not answer within {seconds} s. Set a longer time-out, or choose a smaller model.",
                "{server}が{seconds}秒以内に答えませんでした。タイムアウトを長くするか、小さいモデルを選びます。",
            ),
            "model_tls" => (
                "No secure connection to {server}. Check its certificate, and whether the address should begin with http://.",
                "{server}に安全に接続できません。証明書と、アドレスがhttp://で始まるべきかを確認します。",
            ),
            "model_unknown" => (
                "{server} has no model “{model}”. Choose one of its list, or get it: genglossary models pull {model}",
                "{server}にモデル「{model}」がありません。一覧から選ぶか、取得します：genglossary models pull {model}",
            ),
            "model_unreachable" => (
                "Nobody answers at {server}. Start the model server, or correct the base URL.",
                "{server}から応答がありません。モデルサーバーを起動するか、ベースURLを直します。",
            ),
            "internal" => ("A defect of GenGlossary.", "GenGlossaryの不具合です。"),
            _ => ("", ""),
        };
        self.pick_static(english, japanese)
    }

    fn pick_static(self, english: &'static str, japanese: &'static str) -> &'static str {
        match self {
            English => english,
            Japanese => japanese,
        }
    }
}

#[cfg(test)]
mod tests {
    use genglossary_engine::Error;

    use super::*;

    #[test]
    fn every_error_code_has_a_sentence_in_both_languages_and_no_gap_in_it() {
        let names = [
            "budget", "category", "context", "field", "folder", "found", "known", "model", "most", "path", "pattern",
            "project", "run", "seconds", "server", "skipped", "stage", "term", "why",
        ];
        let params = names.into_iter().map(|name| (name.to_owned(), "x".to_owned()));
        for code in Error::CODES.into_iter().chain(Error::MODEL_CODES) {
            let message = Message {
                code: code.to_owned(),
                params: params.clone().collect(),
                detail: None,
            };
            let [english, japanese] = [English, Japanese].map(|words| words.error(&message));
            assert!(english != code && !japanese.is_ascii(), "{code}");
            assert!(
                !english.contains('{') && !japanese.contains('{'),
                "{english} {japanese}"
            );
        }
    }

    #[test]
    fn a_code_without_a_sentence_is_shown_itself_with_what_the_system_said() {
        let message = Message {
            code: "later".to_owned(),
            params: [].into(),
            detail: Some("said".to_owned()),
        };
        assert_eq!(English.error(&message), "later (said)");
    }
}
