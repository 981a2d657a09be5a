package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"upline/server"
)

// setting is one setting of a command, bound to where its value goes. It is a pflag.Value.
type setting struct {
	flag.Value
	name, usage string
	// environment are the variables that set it; the first that is there counts.
	environment []string
	// isSwitch marks what is on or off: its flag needs no value.
	isSwitch bool
}

// Type is how the flag package names the value in a help text: not at all, since a usage text does it between back quotes.
func (s setting) Type() string {
	if s.isSwitch {
		return "bool"
	}
	return ""
}

// serverSettings returns the settings of a server's configuration, bound to it: all, or those that are named.
func serverSettings(config *server.Config, names ...string) []setting {
	var settings []setting
	for _, s := range config.Settings() {
		if len(names) == 0 || slices.Contains(names, s.Name) {
			settings = append(settings, setting{Value: s, name: s.Name, usage: s.Usage, environment: s.Environment})
		}
	}
	return settings
}

// switchSetting is a setting of a command's own that is on or off.
func switchSetting(name, usage string, target *bool) setting {
	return setting{
		Value: (*onOff)(target), name: name, usage: usage, isSwitch: true,
		environment: []string{"UPLINE_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))},
	}
}

type onOff bool

func (o *onOff) String() string { return strconv.FormatBool(bool(*o)) }

// Set takes what strconv.ParseBool takes.
func (o *onOff) Set(text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", text)
	}
	*o = onOff(on)
	return nil
}

// settingsSource reads the settings of a command from wherever they are given: a flag counts before the environment, that before
// the configuration file, that before the default.
type settingsSource struct {
	settings  []setting
	lookupEnv func(string) (string, bool)
}

const (
	configFlag        = "config"
	configEnvironment = "UPLINE_CONFIG"
	configBytesMax    = 1 << 20
)

// declare adds a flag for each setting, and --config.
func (s settingsSource) declare(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.String(configFlag, "", "YAML `file` of settings, by the names of these flags")
	for _, one := range s.settings {
		declared := flags.VarPF(one, one.name, "", one.usage)
		if one.isSwitch {
			declared.NoOptDefVal = "true"
		}
	}
}

// read completes what the flags have set. Every error is a usageError that names where the value came from.
func (s settingsSource) read(flags *pflag.FlagSet) error {
	path := flags.Lookup(configFlag).Value.String()
	if path == "" {
		path, _ = s.lookupEnv(configEnvironment)
	}
	file := map[string]fileValue{}
	if path != "" {
		var err error
		if file, err = readSettingsFile(path); err != nil {
			return usageError{err}
		}
	}
	for _, one := range s.settings {
		if flags.Changed(one.name) {
			continue
		}
		if text, variable, ok := s.variable(one); ok {
			if err := one.Set(text); err != nil {
				return usageErrorf("environment variable %s: %w", variable, err)
			}
		} else if value, ok := file[one.name]; ok {
			if err := one.Set(value.text); err != nil {
				return usageErrorf("%s:%d: %w", path, value.line, err)
			}
		}
	}
	return nil
}

// variable returns the first variable of a setting that is there. An empty one counts as not there, since many ways of starting a
// process cannot unset a variable.
func (s settingsSource) variable(one setting) (text, variable string, ok bool) {
	for _, variable := range one.environment {
		if text, _ := s.lookupEnv(variable); text != "" {
			return text, variable, true
		}
	}
	return "", "", false
}

type fileValue struct {
	text string
	line int
}

func readSettingsFile(path string) (map[string]fileValue, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	if info.Size() > configBytesMax {
		return nil, fmt.Errorf("%s: larger than %d bytes", path, configBytesMax)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("%s: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	values := map[string]fileValue{}
	if len(document.Content) == 0 {
		return values, nil
	}
	top := document.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: the file is a list of `name: value`, one a line", path, top.Line)
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		if err := checkKey(key.Value); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, key.Line, err)
		}
		if first, twice := values[key.Value]; twice {
			return nil, fmt.Errorf("%s:%d: %s stands in line %d already", path, key.Line, key.Value, first.line)
		}
		text, err := plainText(value)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %s %w", path, value.Line, key.Value, err)
		}
		values[key.Value] = fileValue{text: text, line: value.Line}
	}
	return values, nil
}

// checkKey refuses a misspelled key. Its value is not quoted: it may hold a password. The keys are those of `serve`, whichever
// command reads the file, so that all can share one.
func checkKey(key string) error {
	var names []string
	for _, one := range new(serveOptions).settings() {
		names = append(names, one.name)
	}
	if slices.Contains(names, key) {
		return nil
	}
	return fmt.Errorf("there is no setting %q; there are %s", key, strings.Join(names, ", "))
}

// plainText returns the text of a value; of a list, its elements separated by commas, as a flag takes them.
func plainText(value *yaml.Node) (string, error) {
	switch value.Kind {
	case yaml.ScalarNode:
		if value.Tag == "!!null" {
			return "", nil
		}
		return value.Value, nil
	case yaml.SequenceNode:
		parts := make([]string, len(value.Content))
		for i, element := range value.Content {
			if element.Kind != yaml.ScalarNode {
				return "", errors.New("is a list of something else than plain values")
			}
			parts[i] = element.Value
		}
		return strings.Join(parts, ","), nil
	default:
		return "", errors.New("is neither a plain value nor a list")
	}
}
