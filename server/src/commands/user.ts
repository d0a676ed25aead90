import {
  listUsersAsOperator,
  resetPasswordAsOperator,
  unlockUserAsOperator,
} from "../modules/identity/index.ts";
import { type Command, UsageError } from "./command.ts";
import { operatorModules, withOperator } from "./operator.ts";
import { readOptions } from "./options.ts";

const usage = `isocenter user reset-password NAME   give a new password, shown once, to be changed at the next sign-in; ends the user's sessions
isocenter user unlock NAME           end the lock that failed sign-ins brought
isocenter user list                  every user, with roles and state`;

const day = (at: Date | null): string => at?.toISOString().slice(0, 10) ?? "never";

export const userCommand: Command = {
  summary: "reset-password, unlock, list: for who is locked out",
  async run(args, context) {
    const { words, help } = readOptions(args, { usage, words: [1, 2] });
    if (help) {
      context.say(usage);
      return 0;
    }
    const [what, name] = words;
    const needsName = what === "reset-password" || what === "unlock";
    if ((!needsName && what !== "list") || needsName === (name === undefined)) throw new UsageError(usage);
    return withOperator({ database: "current" }, async (operator) => {
      const { identity } = operatorModules(operator);
      if (what === "reset-password") {
        const password = await resetPasswordAsOperator(identity, name!);
        context.say(`The new password of ${name} is ${password}`);
        context.say("It is shown this once, and to be changed at the next sign-in.");
      } else if (what === "unlock") {
        const ended = await unlockUserAsOperator(identity, name!);
        context.say(ended ? `${name} may sign in again.` : `${name} was not locked.`);
      } else {
        for (const user of await listUsersAsOperator(identity)) {
          const state = !user.active ? "inactive" : user.lockedUntil ? "locked" : "active";
          context.say(
            `${user.username.padEnd(24)}${state.padEnd(10)}${user.roles.join(",").padEnd(28)}last sign-in ${day(user.lastSignInAt)}  ${user.fullName}`,
          );
        }
      }
      return 0;
    });
  },
};
