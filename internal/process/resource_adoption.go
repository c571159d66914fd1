package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// previewTimeout bounds reading a process in the plan that adopts it, including the
// login. It is shorter than the attempts of an apply: the plan works without the
// preview.
const previewTimeout = 10 * time.Second

// preview reads the process that a create will adopt, so that the plan can show
// what the apply will change. It returns nil where the configuration sets nothing or
// its address is not known yet, where the process does not exist yet (a warning),
// and where the API cannot be read, which the apply reports. In the plan, only
// incomplete settings of the provider are an error.
func (r *processResource) preview(ctx context.Context, config field.Attributes) (*capi.Process, diag.Diagnostics) {
	setsNothing := !slices.ContainsFunc(writable, func(a processAttribute) bool { return config.IsSet(a.Name) })
	isUnknown := func(name string) bool { return !config[name].IsKnown() }
	if r.walk.unreachable.Load() || setsNothing || slices.ContainsFunc(addressNames, isUnknown) {
		return nil, nil
	}
	ctx, cancel := r.clock.WithTimeout(ctx, previewTimeout)
	defer cancel()
	address := addressIn(config).address()
	p, err := r.Client.GetProcess(ctx, address)
	missing, notConfigured := errors.AsType[*diagnostic.NotConfigured](err)
	answer, answered := errors.AsType[*capi.Error](err)
	switch {
	case err == nil:
		return p, nil
	case capi.IsNotFound(err):
		return nil, diag.Diagnostics{diag.NewWarningDiagnostic("Process not found",
			"The plan found no such process, and the apply fails unless it exists by then.\n\n"+adoptFailure(address).Detail(err))}
	case notConfigured && !missing.Unknown:
		// The apply cannot know more, and no one can apply this plan.
		return nil, diag.Diagnostics{adoptFailure(address).Diagnostic(err)}
	case !answered || answer.Status >= http.StatusInternalServerError:
		// The other resources of the plan do not wait for it again.
		r.walk.unreachable.Store(true)
	}
	tflog.Debug(ctx, "the process is planned without being read: "+err.Error(), map[string]any{"process": address.String()})
	return nil, nil
}

// fillFixed adds to the plan the values that cannot change between plan and apply.
// Terraform plans again in the apply, without the first plan, and reports a known
// value that differs by then as a bug of the provider. So all others stay unknown.
// If the process is gone by then, Terraform reports that next to the warning of
// preview; the apply fails either way, before it writes.
func fillFixed(planned, config field.Attributes, p *capi.Process) {
	values := processTable.Values(p)
	fixed := []string{"app_guid", "type", "space_guid"}
	if !addressIn(config).address().ByApp() {
		// By app and type, a deployment can replace the process.
		fixed = append(fixed, "created_at")
	}
	for _, name := range fixed {
		if !planned[name].IsKnown() {
			planned[name] = values[name]
		}
	}
}

// adoptionWarning lists what the apply will change of the process that it adopts.
func (r *processResource) adoptionWarning(config field.Attributes, p *capi.Process) diag.Diagnostics {
	preview := changePreview{quote: func(s string) string { return strconv.Quote(r.Client.Quote(s, shownLength)) }}
	current := situationOf(p, nil).current
	for _, a := range writable {
		if a.Name == "command" && p.CommandRedacted && config.IsSet("command") {
			preview.add(a.Name, "hidden by the API", "as configured")
		} else {
			preview.compare(a.Name, config[a.Name], current[a.Name])
		}
	}
	if len(preview.lines) == 0 {
		return nil
	}
	lines := preview.lines
	if more := len(lines) - maxPreviewLines; more > 0 {
		lines = append(lines[:maxPreviewLines:maxPreviewLines], fmt.Sprintf("… and %d more", more))
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Adopting the process changes it",
		fmt.Sprintf("The apply adopts the %s and changes what differs from the configuration:\n  - %s\n\nAttributes that the configuration "+
			"does not set are not touched. To see each attribute of the process in the plan, import it first, for example with an import "+
			"block.", nameIn(current), strings.Join(lines, "\n  - ")))}
}

const (
	shownLength     = 60 // of a text, in characters
	maxPreviewLines = 40
)

// changePreview collects the changes of an apply, one per line. It shows values of
// the process, and of the configuration only those that cannot be secret: a provider
// does not see which values Terraform treats as sensitive.
type changePreview struct {
	quote func(string) string
	lines []string
}

func (c *changePreview) add(name, before, after string) {
	c.lines = append(c.lines, fmt.Sprintf("%s: %s → %s", name, before, after))
}

// compare adds the changes that a configured value makes.
func (c *changePreview) compare(name string, config, current tftypes.Value) {
	set, now := field.Open(config), field.Open(current)
	isObject, isMap := config.Type().Is(tftypes.Object{}), config.Type().Is(tftypes.Map{})
	switch {
	case config.IsNull() || config.Equal(current):
	case !config.IsKnown():
		if !isObject && !isMap {
			c.add(name, c.show(current), "known after apply")
		}
	case isObject:
		for _, attribute := range slices.Sorted(maps.Keys(set)) {
			c.compare(name+"."+attribute, set[attribute], now[attribute])
		}
		// A health check loses its endpoint with its type.
		had := now.Child("data")
		if checkType, ok := set.Text("type"); ok && checkType != "http" && had.IsSet("endpoint") {
			c.add(name+".data.endpoint", c.show(had["endpoint"]), "removed")
		}
	case isMap:
		c.compareMap(name, set, now)
	case isReset(config):
		if !isEmpty(current) && !isReset(current) {
			c.add(name, c.show(current), "the default")
		}
	case config.Type().Is(tftypes.Number) || strings.HasSuffix(name, "health_check.type"):
		c.add(name, c.show(current), c.show(config))
	default:
		c.add(name, c.show(current), "as configured")
	}
}

// compareMap adds the keys that change; config is the whole map.
func (c *changePreview) compareMap(name string, config, current field.Attributes) {
	all := make(field.Attributes, len(config)+len(current))
	maps.Copy(all, current)
	maps.Copy(all, config)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		after := "as configured"
		if _, set := config[key]; !set {
			after = "removed"
		}
		if !config[key].Equal(current[key]) {
			c.add(fmt.Sprintf("%s[%s]", name, c.quote(key)), c.show(current[key]), after)
		}
	}
}

// show returns a scalar in words. A value of the configuration must be one that
// cannot be secret.
func (c *changePreview) show(v tftypes.Value) string {
	o := field.Attributes{"v": v}
	if n := o.IntPointer("v"); n != nil {
		return strconv.FormatInt(*n, 10)
	}
	if s, ok := o.Text("v"); ok {
		return c.quote(s)
	}
	return "none"
}
