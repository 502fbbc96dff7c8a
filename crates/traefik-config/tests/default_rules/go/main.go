// Writes what Go's text/template with sprig, the engine inside Traefik, makes of each template
// of the text cases, and the names of all its functions: go run . ../*.txt
//
// A case is a rule line, a template, and its last line, which this program writes:
//
//	-> text          the rendered rule; \n, \t, \r and \\ stand for what they do in Go, and \s
//	                 for a space at the end
//	-x parse: why    Go does not take the template
//	-x render: why   the template fails for this container
package main

import (
	"bytes"
	"log"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"github.com/Masterminds/sprig/v3"
)

const rule = "----------\n"

// model has the fields that Traefik's Docker provider gives to a default rule.
type model = struct {
	Name          string
	ContainerName string
	Labels        map[string]string
}

func main() {
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			log.Fatal(err)
		}
		parts := strings.Split(string(text), rule)
		container := read(parts[0])
		for i, part := range parts[1:] {
			source := strings.TrimRight(part, "\n")
			if last := strings.LastIndex(source, "\n") + 1; strings.HasPrefix(source[last:], "-> ") ||
				source[last:] == "->" || strings.HasPrefix(source[last:], "-x ") {
				source = strings.TrimSuffix(source[:last], "\n")
			}
			parts[i+1] = source + "\n" + outcome(source, container) + "\n"
		}
		write(path, strings.Join(parts, rule))
	}
	write("functions.list", functions())
}

func write(path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

// functions names all that a template of Traefik can call, one a line.
func functions() string {
	// Go does not list its own.
	names := strings.Fields("and call eq ge gt html index js le len lt ne not or print printf println slice urlquery normalize")
	for name := range sprig.TxtFuncMap() {
		if name != "slice" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return strings.Join(names, "\n") + "\n"
}

// outcome does as Traefik: parse at start, render for each container.
func outcome(source string, container model) string {
	functions := sprig.TxtFuncMap()
	functions["normalize"] = normalize
	parsed, err := template.New("defaultRule").Funcs(functions).Parse(source)
	if err != nil {
		return "-x parse: " + escape(err.Error())
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, container); err != nil {
		return "-x render: " + escape(err.Error())
	}
	text := escape(out.String())
	if rest, found := strings.CutSuffix(text, " "); found {
		text = rest + `\s`
	}
	return strings.TrimRight("-> "+text, " ")
}

func escape(text string) string {
	return strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text)
}

// read takes `@name web`, `@compose project/service`, and a label from each other line.
func read(head string) model {
	container := model{ContainerName: "app", Labels: map[string]string{}}
	for _, line := range strings.Split(head, "\n") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		if name, found := strings.CutPrefix(line, "@name "); found {
			container.ContainerName = unescape(name)
			continue
		}
		if compose, found := strings.CutPrefix(line, "@compose "); found {
			project, service, _ := strings.Cut(compose, "/")
			container.Labels["com.docker.compose.project"] = project
			container.Labels["com.docker.compose.service"] = service
			continue
		}
		key, value, found := strings.Cut(line, "=")
		if !found {
			log.Fatalf("not a label: %s", line)
		}
		container.Labels[unescape(key)] = unescape(value)
	}
	container.Name = container.ContainerName
	project, service := container.Labels["com.docker.compose.project"], container.Labels["com.docker.compose.service"]
	if project != "" && service != "" {
		container.Name = service + "_" + project
	}
	container.Name = normalize(container.Name)
	return container
}

var escaped = regexp.MustCompile(`\\u\{([0-9a-f]+)\}`)

// unescape reads `\u{7f}` as the character of that number.
func unescape(text string) string {
	return escaped.ReplaceAllStringFunc(text, func(found string) string {
		number, err := strconv.ParseInt(found[3:len(found)-1], 16, 32)
		if err != nil {
			log.Fatal(err)
		}
		return string(rune(number))
	})
}

// normalize does what Traefik's function of that name does: letters and digits stay.
func normalize(name string) string {
	other := func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) }
	return strings.Join(strings.FieldsFunc(name, other), "-")
}
