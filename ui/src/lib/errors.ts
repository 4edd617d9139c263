// An error code in words: what happened, and what to do. A code without words is shown as it is, with its
// detail, so that it can be reported.
import type { Message } from '../ipc/bindings';
import { t } from './i18n.svelte';
import { has, type Params } from './messages';

export interface ErrorText {
  what: string;
  todo: string;
  detail: string | null;
}

export function errorText(error: Pick<Message, 'code' | 'params' | 'detail'>): ErrorText {
  const what = `error.${error.code}.what`;
  const todo = `error.${error.code}.do`;
  const params: Params = { ...error.params };
  const stage = `stage.${error.params.stage ?? ''}`;
  if (has(stage)) params.stage = t(stage);
  const field = `field.${error.params.field ?? ''}`;
  if (has(field)) params.field = t(field);
  if (!has(what)) {
    return {
      what: t('error.unknown.what', { code: error.code }),
      todo: t('error.unknown.do'),
      detail: error.detail,
    };
  }
  return { what: t(what, params), todo: has(todo) ? t(todo, params) : '', detail: error.detail };
}
