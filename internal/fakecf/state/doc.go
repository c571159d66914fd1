// Package state holds the data of a foundation: organizations, spaces, apps,
// processes with their instances, users and tokens. It is independent of HTTP; the
// packages cc, korifi and uaa serve it.
package state
