import { implementationClassUid, implementationVersionName, sopClass } from "@isocenter/dicom";
import {
  type ClientAssociation,
  DimseError,
  type OperationResult,
  openAssociation,
  type PresentationContext,
  Status,
  StatusError,
  type StoreRequest,
  type Timeouts,
} from "@isocenter/dimse";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import type { PeerAddress } from "../../modules/peers/index.ts";
import type { Rendering } from "../../modules/rendering/index.ts";
import { asRefusal } from "../../platform/index.ts";
import { contextGroups, type ProposedForm } from "./contexts.ts";
import { keptDataSet } from "./kept-data-set.ts";

/** Told of each instance as the receiver answers. */
export interface DeliveryReport {
  /** Success, or a warning with what it says. */
  taken(instance: StoredInstance, warning: string | null): void;
  /** @param status of the receiver; null where it was not sent at all */
  refused(instance: StoredInstance, problem: string, status: number | null): void;
}

export interface SenderDeps {
  /** Our AE title. */
  aeTitle: string;
  archive: Pick<Archive, "openDataSet" | "readObject">;
  rendering: Pick<Rendering, "syntaxesFor" | "chooseSyntax" | "openDataSetAs">;
  timeouts?: Partial<Timeouts>;
}

export interface SendOptions {
  /** Whose C-MOVE it is. */
  moveOriginator?: { aeTitle: string; messageId: number };
  /** No more are begun; those on their way are waited for. */
  signal?: AbortSignal;
}

/** The part of an association that sending needs: one that we opened, or one on which a C-GET came. */
export interface StoreChannel {
  contexts: readonly PresentationContext[];
  store(request: StoreRequest): Promise<OperationResult>;
}

/** Sends to one destination, on one association for as long as its contexts serve. */
export interface InstanceSender {
  /** @throws DimseError where the destination is not reached, or leaves in the middle; what was not reported was not taken */
  send(instances: readonly StoredInstance[], report: DeliveryReport): Promise<void>;
  /** Releases the association. Never throws. */
  close(): Promise<void>;
}

const sendTimeouts = {
  connectMs: 10_000,
  associateMs: 30_000,
  responseMs: 120_000,
  releaseMs: 5000,
  artimMs: 2000,
};

/** Requests that are ready at a time: one is answered, one is read, one waits. */
const inFlight = 3;

/**
 * Sends what was asked for in one call (PS3.4 Annex B): the current data set of each instance, as it is kept where the receiver takes that, else transcoded
 * to the best that it takes.
 * @throws DimseError as `InstanceSender.send`
 */
export async function sendInstances(
  deps: SenderDeps,
  target: PeerAddress,
  instances: readonly StoredInstance[],
  report: DeliveryReport,
  options: SendOptions = {},
): Promise<void> {
  const sender = openSender(deps, target, options);
  try {
    await sender.send(instances, report);
  } finally {
    await sender.close();
  }
}

export function openSender(deps: SenderDeps, target: PeerAddress, options: SendOptions = {}): InstanceSender {
  const rendering = welcome(deps.rendering, target.transferSyntaxes);
  let current: { association: ClientAssociation; proposed: ReadonlySet<string> } | null = null;

  const formOf = ({ abstractSyntax, transferSyntaxes }: ProposedForm) =>
    `${abstractSyntax} ${transferSyntaxes[0]}`;

  async function close(): Promise<void> {
    const last = current;
    current = null;
    await last?.association.release().catch(() => {});
  }

  /** The association under way where it was proposed all that these contexts are for, else a new one. */
  async function associationFor(contexts: readonly ProposedForm[]): Promise<ClientAssociation> {
    if (current && contexts.every((context) => current!.proposed.has(formOf(context)))) {
      return current.association;
    }
    await close();
    const association = await openAssociation({
      host: target.host,
      port: target.port,
      ...(target.tls ? { tls: target.tls } : {}),
      callingAeTitle: deps.aeTitle,
      calledAeTitle: target.aeTitle,
      contexts,
      implementation: { classUid: implementationClassUid, versionName: implementationVersionName },
      timeouts: { ...sendTimeouts, ...deps.timeouts },
    });
    current = { association, proposed: new Set(contexts.map(formOf)) };
    return association;
  }

  return {
    async send(instances, report) {
      for (const contexts of contextGroups(instances, rendering.syntaxesFor)) {
        const sopClasses = new Set(contexts.map(({ abstractSyntax }) => abstractSyntax));
        let left: readonly StoredInstance[] = instances.filter(({ SOPClassUID }) =>
          sopClasses.has(SOPClassUID),
        );
        while (left.length > 0 && !options.signal?.aborted) {
          const association = await associationFor(contexts);
          const outcome = await sendOn({ ...deps, rendering }, association, left, report, options);
          left = outcome.left;
          if (outcome.lost !== null && !outcome.byUs) {
            current = null;
            throw outcome.lost;
          }
          // What hung on the same association goes on another; each time there is one less.
          if (outcome.byUs) await close();
        }
      }
    },
    close,
  };
}

/** Instances are given in the syntaxes that the receiver is to be sent, in its order; in any where there are none. */
function welcome(
  rendering: SenderDeps["rendering"],
  transferSyntaxes: readonly string[] | undefined,
): SenderDeps["rendering"] {
  if (transferSyntaxes === undefined) return rendering;
  const syntaxesFor = (instance: StoredInstance) => {
    const possible = new Set(rendering.syntaxesFor(instance));
    return transferSyntaxes.filter((uid) => possible.has(uid));
  };
  return {
    syntaxesFor,
    chooseSyntax: (instance, accepted) => syntaxesFor(instance).find((uid) => accepted.has(uid)) ?? null,
    openDataSetAs: (instance, uid) => rendering.openDataSetAs(instance, uid),
  };
}

/** What became of sending on one association. */
export interface ChannelOutcome {
  /** Why the association is over before the end; null where it is not. */
  lost: unknown;
  /** An object of ours could not be read, and was reported as refused; where that was in its middle the association is over by it. */
  byUs: boolean;
  /** What was not sent, or not answered. */
  left: readonly StoredInstance[];
}

/** Sends on an association that is open. Never throws. */
export async function sendOn(
  { archive, rendering }: Pick<SenderDeps, "archive" | "rendering">,
  channel: StoreChannel,
  instances: readonly StoredInstance[],
  report: DeliveryReport,
  { moveOriginator, signal }: SendOptions = {},
): Promise<ChannelOutcome> {
  const accepted = syntaxesBySopClass(channel.contexts);
  const open = new Set(instances);
  let lost: unknown = null;
  let byUs = false;
  let at = 0;

  async function sendOne(instance: StoredInstance): Promise<void> {
    const takes = accepted.get(instance.SOPClassUID);
    const transferSyntax = takes ? rendering.chooseSyntax(instance, takes) : null;
    if (transferSyntax === null) {
      refuse(instance, notTaken(instance, takes !== undefined), Status.SopClassNotSupported);
      return;
    }
    const kept = keptDataSet(archive, instance);
    try {
      const { status, errorComment } = await channel.store({
        sopClassUid: instance.SOPClassUID,
        sopInstanceUid: instance.SOPInstanceUID,
        transferSyntax,
        chunks: () =>
          transferSyntax === instance.transferSyntaxUID
            ? kept.open()
            : rendering.openDataSetAs(instance, transferSyntax),
        ...(moveOriginator ? { moveOriginator } : {}),
      });
      open.delete(instance);
      report.taken(instance, status === Status.Success ? null : said(status, errorComment));
    } catch (error) {
      settle(instance, error);
    } finally {
      kept.close();
    }
  }

  function refuse(instance: StoredInstance, problem: string, status: number | null): void {
    open.delete(instance);
    report.refused(instance, problem, status);
  }

  function settle(instance: StoredInstance, error: unknown): void {
    if (error instanceof StatusError) {
      refuse(instance, said(error.status, error.errorComment), error.status);
      return;
    }
    if (error instanceof DimseError) {
      lost ??= error;
      return;
    }
    byUs = true;
    const refusal = asRefusal(error);
    refuse(instance, refusal ? refusal.message : "It cannot be read from the archive.", null);
  }

  async function lane(): Promise<void> {
    while (lost === null && at < instances.length && !signal?.aborted) {
      const instance = instances[at]!;
      at += 1;
      await sendOne(instance);
    }
  }

  await Promise.all(Array.from({ length: inFlight }, lane));
  return { lost, byUs, left: [...open] };
}

function syntaxesBySopClass(contexts: readonly PresentationContext[]): Map<string, Set<string>> {
  const accepted = new Map<string, Set<string>>();
  for (const { abstractSyntax, transferSyntax } of contexts) {
    const syntaxes = accepted.get(abstractSyntax);
    if (syntaxes) syntaxes.add(transferSyntax);
    else accepted.set(abstractSyntax, new Set([transferSyntax]));
  }
  return accepted;
}

const said = (status: number, errorComment: string | undefined): string =>
  `${status.toString(16).toUpperCase().padStart(4, "0")}H${errorComment ? `: ${errorComment}` : ""}`;

/** The part that says what is wrong comes first: of an error comment 64 characters are left. */
function notTaken({ SOPClassUID, bitsAllocated }: StoredInstance, inAnotherSyntax: boolean): string {
  const name = sopClass(SOPClassUID)?.name ?? SOPClassUID;
  if (!inAnotherSyntax) return `It does not take ${name}.`;
  // Few syntaxes hold cells of more than 16 bits (PS3.5 8.2).
  const deep = bitsAllocated !== null && bitsAllocated > 16;
  return deep
    ? `It takes no transfer syntax that holds ${bitsAllocated} bits: ${name}.`
    : `It takes no transfer syntax in which this can be given: ${name}.`;
}
