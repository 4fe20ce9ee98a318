import { AIMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";

/** A model that costs nothing and says the same each time: it remembers when it is asked to, and reads what it is shown. */
export const model = fakeModel()
  .respond(
    new AIMessage({
      content: "",
      tool_calls: [{ id: "call_1", name: "remember", args: { content: "Mara drinks Sencha." } }],
    }),
  )
  .respond(new AIMessage("I will remember that."))
  .respond(([shown]) => {
    const tea = shown?.text.match(/Mara drinks (\w+)/)?.[1];
    return new AIMessage(tea === undefined ? "I don't know what you drink." : `${tea}, as always.`);
  });
