package process

import (
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// readFailure describes an error of reading the process.
func readFailure(address capi.Address) diagnostic.Failure {
	failure := changeFailure(address)
	failure.Action = "read " + address.String()
	failure.NotFound = guidHints(address)
	return failure
}

// changeFailure describes an error of changing the process.
func changeFailure(address capi.Address) diagnostic.Failure {
	failure := diagnostic.Failure{Object: "Process", Action: "change " + address.String(), Attribute: path.Root("guid")}
	if address.ByApp() {
		failure.Attribute = path.Root("app_guid")
		failure.Type, failure.TypeAttribute = address.Type, path.Root("type")
	}
	return failure
}

// guidHints returns a likely mistake in an address whose process was not found, or
// "".
func guidHints(address capi.Address) string {
	shown := func(s string) string { return redact.Clean(s, 100) }
	switch {
	case address.ByApp() && !looksLikeGUID(address.AppGUID):
		return fmt.Sprintf("%q is not a GUID: app_guid takes the GUID of the app (cf app NAME --guid). The data source "+
			"cf_process finds it by app_name.", shown(address.AppGUID))
	case address.ByApp():
		return "If this is the GUID of a process, use guid."
	case !looksLikeGUID(address.GUID):
		return fmt.Sprintf("%q is not a GUID: guid takes the GUID of the process. The data source cf_process finds it "+
			"by app_name.", shown(address.GUID))
	default:
		return "If this is the GUID of an app, use app_guid."
	}
}

// looksLikeGUID reports whether s has the form in which the API generates GUIDs. Old
// ones can have another form, so use it only for hints.
func looksLikeGUID(s string) bool { return guidPattern.MatchString(s) }

var guidPattern = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
