package diagnostic

// NotConfigured is the error of every request of a provider whose settings are
// incomplete. The provider reports them when they are first needed: a
// configuration that reads and manages nothing plans without them. Diagnostic
// shows the texts unchanged.
type NotConfigured struct {
	Summary string
	// Detail names the attributes of the provider block that are concerned, and
	// what to do. It cannot be on an attribute: the diagnostic belongs to the
	// data source, resource or action that sent the request.
	Detail string
	// Unknown is true where the settings are unknown until apply, so that the
	// same request can succeed later.
	Unknown bool
}

func (e *NotConfigured) Error() string { return e.Summary + ": " + e.Detail }
