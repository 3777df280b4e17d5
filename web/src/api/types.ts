import type { components } from "./schema";

type Schemas = components["schemas"];

export type Action = Schemas["Action"];
export type AgeForm = Schemas["AgeForm"];
export type Alert = Schemas["Alert"];
export type Badge = Schemas["Badge"];
export type Bot = Schemas["Bot"];
export type BotNow = Schemas["BotNow"];
export type Bots = Schemas["Bots"];
export type Cap = Schemas["Cap"];
export type Check = Schemas["Check"];
export type Metrics = Schemas["Metrics"];
export type Notice = Schemas["Notice"];
export type Overview = Schemas["Overview"];
export type Problem = Schemas["Problem"];
export type Provider = Schemas["Provider"];
export type Readiness = Schemas["Readiness"];
export type ResetAnswer = Schemas["Resetting"];
export type RevertAnswer = Schemas["Reversal"];
export type Session = Schemas["Session"];
export type Severity = Schemas["Severity"];
export type EquityDay = Schemas["EquityDay"];
export type Standing = Schemas["Standing"];
export type Stage = Schemas["Stage"];
export type StreamEvent = Schemas["StreamEvent"];
export type Strip = Schemas["Strip"];
export type TickSummary = Schemas["TickSummary"];
