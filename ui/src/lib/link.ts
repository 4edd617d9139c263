// The address of a run, or of a record of its log, for notes and messages. The shell takes exactly this form.
export function linkTo(run: { id: string; project_id: string }, seq: number | null = null): string {
  const place = seq === null ? '' : `#${seq}`;
  return `genglossary://project/${run.project_id}/run/${run.id}${place}`;
}
