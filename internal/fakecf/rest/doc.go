// Package rest holds what the servers of the fake foundation share: requests,
// answers, error objects, lists in pages, label selectors and rate limits.
// Where the servers differ, the packages cc and korifi have their own code.
package rest
