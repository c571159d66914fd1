// Package fakecf is a Cloud Foundry foundation in memory: Cloud Controller (or
// its Tanzu or Korifi relative) and UAA over HTTP or TLS on loopback. Tests,
// the demo and the benchmarks run against it.
//
// It is strict on purpose. It answers as the API does, refuses what the API
// refuses, and shares no code with the provider, so that both cannot be wrong
// in the same way. Where the real API shrugs at a mistake (an unknown key
// inside health_check, say) the fake refuses it, because a fake that forgives
// hides bugs.
//
// Every credential in it is made up and of no use anywhere else.
package fakecf
