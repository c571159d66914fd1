// Package fakecf is a Cloud Foundry foundation in memory: Cloud Controller (or
// its Tanzu or Korifi relative) and UAA over HTTP or TLS on loopback. Tests,
// the demo and the benchmarks run against it.
//
// This package starts the servers, logs requests, injects faults and knows the
// seeded data. What the foundation remembers is in package state. Packages cc,
// korifi and uaa hold the handlers of one server each; package rest holds what
// they share. The flavor is chosen once, when a foundation starts.
//
// The fake is strict on purpose. It answers as the API does, refuses what the
// API refuses, and shares no code with the provider, so that both cannot be
// wrong in the same way. Where the real API ignores a mistake (an unknown key
// inside health_check, say) the fake refuses it, because a fake that forgives
// hides bugs.
//
// Every credential in it is made up and valid nowhere else.
package fakecf
