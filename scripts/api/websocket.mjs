// Before Node 22 has it: the WebSocket that the examples take for granted.
import { WebSocket } from "ws";

globalThis.WebSocket ??= WebSocket;
