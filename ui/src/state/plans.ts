// What the open project needs, as the engine sees it after looking into the folder. Looking costs, so a burst
// of causes asks once; an answer is taken only for the project that is open, and only if it is the latest.
import type { Plan } from '../ipc/bindings';

export const PLAN_DELAY_MS = 250;

/** A plan and when it was asked for, counted in questions and news. */
export interface KnownPlan {
  plan: Plan;
  asked: number;
}

export interface PlanPorts {
  read(projectId: string): Promise<Plan>;
  /** grows when what is stored about a project says something new */
  news: Map<string, number>;
  plans: Map<string, KnownPlan>;
}

export class PlanBook {
  #ports: PlanPorts;
  #clock = 0;
  #watched: string | null = null;
  #latest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: PlanPorts) {
    this.#ports = ports;
  }

  get watched(): string | null {
    return this.#watched;
  }

  /** The project that is open now; its plan is read at once. Nothing: no project is. */
  watch(projectId: string | null): void {
    this.#watched = projectId;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest += 1;
    if (projectId) void this.#ask(projectId);
  }

  /** Something may have changed: reads again, once for many calls in a row. */
  askSoon(): void {
    if (!this.#watched) return;
    clearTimeout(this.#timer);
    const projectId = this.#watched;
    this.#timer = setTimeout(() => void this.#ask(projectId), PLAN_DELAY_MS);
  }

  /** What is stored about the project is newer than any plan that was asked for before. */
  heard(projectId: string): void {
    this.#clock += 1;
    this.#ports.news.set(projectId, this.#clock);
  }

  /** The plan, unless what is stored is newer. */
  current(projectId: string): Plan | null {
    const known = this.#ports.plans.get(projectId);
    if (!known || known.asked < (this.#ports.news.get(projectId) ?? 0)) return null;
    return known.plan;
  }

  async #ask(projectId: string): Promise<void> {
    const mine = ++this.#latest;
    const asked = ++this.#clock;
    try {
      const plan = await this.#ports.read(projectId);
      if (mine === this.#latest && projectId === this.#watched) {
        this.#ports.plans.set(projectId, { plan, asked });
      }
    } catch {
      // Without a plan the badge says what is stored; the next cause asks again.
    }
  }
}
