// Package state holds what a foundation remembers: organizations, spaces, apps,
// processes with their instances, users and tokens. It knows nothing of HTTP;
// the packages cc, korifi and uaa present it as their servers do.
package state
