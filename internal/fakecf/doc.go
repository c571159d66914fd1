// Package fakecf is a Cloud Foundry foundation in memory: Cloud Controller (or
// its Tanzu or Korifi relative) and UAA over HTTP or TLS on loopback. Tests,
// the demo and the benchmarks run against it.
//
// This package starts the servers, logs requests, injects faults and knows the
// seeded data. Package state holds the tables. Packages cc, korifi and uaa hold
// the handlers of one server each; package rest holds their common code. The
// flavor is chosen once, when a foundation starts.
//
// The instances behave as those of the platform do:
//
//   - On Diego, memory, disk and log rate act when the app restarts or is
//     deployed. A deployment has two web processes while it runs. It advances
//     with each poll, by the clock (SetDeploymentPace) or by hand
//     (StartDeployment, AdvanceDeployment, FinishDeployment, FailDeployment,
//     CancelDeployment). SetRuntime makes Diego fail.
//   - On Kubernetes, memory, disk, command and health check roll the pods, in
//     the times of SetRollout.
//
// SetStartDelay, SetStartOutcome and SetInstance change single instances,
// SetSuspended, SetAppScaling, SetLimits and SetMemoryQuota what a foundation
// refuses, and AddFault everything else.
//
// The fake is strict on purpose. It answers as the API does, refuses what the
// API refuses, and shares no code with the provider, so that both cannot be
// wrong in the same way. Where the real API ignores a mistake (an unknown key
// inside health_check, say) the fake refuses it, because a fake that forgives
// hides bugs.
//
// Every credential in it is made up and valid nowhere else.
package fakecf
