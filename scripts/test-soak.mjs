// npm run test:soak: 200 independent clients follow the failure feed while two server
// processes are killed and started again in turn and 5,000 failures are produced.
// `npm run test:soak -- --seed 7 --subscribers 50 --people 10 --failures 500 --kills 20`
// chooses the run. npm test has a smaller one, in test:api.
import { parseArgs } from "node:util";
import { main } from "./lib/run.mjs";
import { soak } from "./lib/soak.mjs";
import { close } from "./lib/tally.mjs";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "20261121" },
    subscribers: { type: "string", default: "200" },
    people: { type: "string", default: "20" },
    failures: { type: "string", default: "5000" },
    kills: { type: "string", default: "100" },
  },
});

await main(async () => close(await soak(values)));
