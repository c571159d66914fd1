package diagnostic

// Pages of the documentation that messages link to.
const (
	guides = "https://registry.terraform.io/providers/cf-process/cf/latest/docs/guides/"

	// AuthenticationGuide explains how to log in, and the errors.
	AuthenticationGuide = guides + "authentication"
	// LargeFoundationsGuide explains how to read many processes with few requests.
	LargeFoundationsGuide = guides + "large-foundations"
)
