// A stand-in for the media process: dies in the way native code does, when it is asked for an offer.
import process from "node:process";

process.on("message", (message) => {
  if (message.kind === "offer") {
    console.error("terminate called after throwing an instance of 'Napi::Error'");
    process.abort();
  }
});
