package process

import (
	"context"
	"math"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// Limits of the API, checked here so that a mistake shows in the plan.
var (
	instancesBounds = field.WholeNumber{Least: 0, Most: math.MaxInt32}
	sizeBounds      = field.WholeNumber{Least: 1, Most: math.MaxInt32} // MiB, and seconds
	logRateBounds   = field.WholeNumber{Least: -1, Most: math.MaxInt64}
)

const (
	maxCommandLength  = 4096
	maxUserLength     = 255
	maxEndpointLength = 255
)

// endpointPattern is what the API takes for the path of an http check.
var endpointPattern = regexp.MustCompile(`^/([^\s/#][^\s#]*)?$`)

// resourceType is the Terraform type of the resource: a process, and what only
// the resource has. A test holds it against the schema.
var resourceType = func() tftypes.Object {
	attributes := processAttributeTypes()
	attributes["wait_for_instances"] = tftypes.Bool
	attributes["timeouts"] = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"create": tftypes.String, "update": tftypes.String, "read": tftypes.String,
	}}
	return tftypes.Object{AttributeTypes: attributes}
}()

// Schema describes the resource.
func (r *processResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"guid":     addressAttribute(guidArgument),
		"app_guid": addressAttribute(appGUIDArgument),
		"type":     addressAttribute(typeArgument),
		"command": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Start command of the process. Null where there is none. Where the API hides it, the " +
				"value that is known from before stays. Set it to `\"\"` to go back to the command that the " +
				"buildpack or the image brings; it then stays `\"\"` here, whatever that command is.",
			Validators: []validator.String{stringvalidator.UTF8LengthAtMost(maxCommandLength), notHiddenCommand{}},
		},
		"user": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: descriptions["user"] + " Set it to `\"\"` to go back to the default.",
			Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(maxUserLength)},
		},
		"instances": managedNumber("instances", "A change acts at once. Leave it out when an autoscaler owns it.",
			instancesBounds),
		"memory_in_mb":                       managedNumber("memory_in_mb", actsAtRestart, sizeBounds),
		"disk_in_mb":                         managedNumber("disk_in_mb", actsAtRestart, sizeBounds),
		"log_rate_limit_in_bytes_per_second": managedNumber("log_rate_limit_in_bytes_per_second", actsAtRestart, logRateBounds),
		"health_check":                       managedHealthCheck("health_check", true),
		"readiness_health_check":             managedHealthCheck("readiness_health_check", false),
		"metadata": schema.SingleNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: descriptions["metadata"],
			Attributes: map[string]schema.Attribute{
				"labels":      managedMetadata("labels", labelRules),
				"annotations": managedMetadata("annotations", annotationRules),
			},
		},
		"relationships": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: descriptions["relationships"],
			Attributes: map[string]schema.Attribute{
				"app":                 readRelationship("app"),
				"revision":            readRelationship("revision"),
				"registry_credential": readRelationship("registry_credential"),
			},
		},
		"links": schema.MapNestedAttribute{
			Computed:            true,
			MarkdownDescription: descriptions["links"],
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"href":   readString("links.href"),
				"method": readString("links.method"),
			}},
		},
		"command_redacted": schema.BoolAttribute{
			Computed: true,
			MarkdownDescription: "Whether the API hides the command from this user. `command` then keeps the value " +
				"that it had, or is null.",
		},
		"wait_for_instances": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Whether to wait after a scale until every instance is `RUNNING`, and to fail with " +
				"the state and details of each instance if that takes longer than the timeout. Default `false`.",
		},
		"timeouts": timeoutsAttribute(ctx),
	}
	for _, name := range []string{
		"created_at", "updated_at", "version", "registry_credential_last_synced_at", "space_guid",
	} {
		attributes[name] = readString(name)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a process that exists: its scale, command, health checks and metadata. " +
			"Cloud Foundry makes processes from an app's droplet, so creating this resource adopts the process, and " +
			"destroying it lets the process go as it is. What the configuration does not name is read, never written.",
		Attributes: attributes,
	}
}

func timeoutsAttribute(ctx context.Context) schema.Attribute {
	attribute := timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true, Read: true,
		CreateDescription: timeoutDescription("adopt the process, with its changes and `wait_for_instances`"),
		UpdateDescription: timeoutDescription("change the process, with `wait_for_instances` and a deployment that is waited for"),
		ReadDescription:   timeoutDescription("read the process"),
	})
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.MarkdownDescription = "How long the operations may take."
		return nested
	}
	return attribute
}

const actsAtRestart = "A change acts when the app restarts."

func timeoutDescription(what string) string {
	return "How long it may take to " + what + ", as a duration like `\"90s\"` or `\"15m\"`. Default 10 minutes."
}

func addressAttribute(description string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, Validators: segment(),
		MarkdownDescription: description + " All three together have to agree. " +
			"The address of another process replaces the resource, and neither process.",
	}
}

func managedNumber(name, more string, bounds field.WholeNumber) schema.Attribute {
	return schema.NumberAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: descriptions[name] + " " + more,
		Validators:          []validator.Number{bounds},
	}
}

// managedHealthCheck is a health check that can be set. Only a liveness check
// has a timeout to set.
func managedHealthCheck(name string, liveness bool) schema.Attribute {
	seconds := func(field string) schema.NumberAttribute {
		return schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: descriptions["health_check.data."+field],
			Validators:          []validator.Number{sizeBounds},
		}
	}
	timeout := seconds("timeout")
	if !liveness {
		timeout = schema.NumberAttribute{
			Computed: true, MarkdownDescription: descriptions["readiness_health_check.data.timeout"],
		}
	}
	return schema.SingleNestedAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: descriptions[name] + " Only what is set here is written.",
		Validators:          []validator.Object{endpointNeedsHTTP{}},
		Attributes: map[string]schema.Attribute{
			"type": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: descriptions["health_check.type"],
				Validators:          []validator.String{stringvalidator.OneOf("port", "process", "http")},
			},
			"data": schema.SingleNestedAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: descriptions["health_check.data"],
				Attributes: map[string]schema.Attribute{
					"timeout":            timeout,
					"invocation_timeout": seconds("invocation_timeout"),
					"interval":           seconds("interval"),
					"endpoint": schema.StringAttribute{
						Optional: true, Computed: true,
						MarkdownDescription: descriptions["health_check.data.endpoint"],
						Validators: []validator.String{
							stringvalidator.UTF8LengthAtMost(maxEndpointLength),
							stringvalidator.RegexMatches(endpointPattern,
								`must be a path such as "/health": it begins with one "/" and has no spaces and no "#"`),
						},
					},
				},
			},
		},
	}
}

func managedMetadata(name string, rules metadataRules) schema.Attribute {
	return schema.MapAttribute{
		Optional: true, Computed: true, ElementType: types.StringType,
		MarkdownDescription: descriptions["metadata."+name] + " When set, this is the whole map: keys that are not in " +
			"it are removed. The platform's own keys (`korifi.cloudfoundry.org/…`) are left out and left alone.",
		Validators: []validator.Map{rules},
	}
}

func readRelationship(name string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Computed:            true,
		MarkdownDescription: descriptions["relationships."+name],
		Attributes: map[string]schema.Attribute{
			"data": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: descriptions["relationships.data"],
				Attributes:          map[string]schema.Attribute{"guid": readString("relationships.data.guid")},
			},
		},
	}
}

func readString(name string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: descriptions[name]}
}
