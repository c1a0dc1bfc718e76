// npm run build: the panel and, with it inside, the server's binary.
import { binary, ensureBinary } from "./lib/prepare.mjs";
import { main } from "./lib/run.mjs";

await main(async () => {
  await ensureBinary();
  console.log(`Built ${binary}`);
});
