// Runs declarative Jenkinsfiles as Jenkins does, but for the steps themselves: a step is noted, and `sh` ends as the scenario says.
//
// Reads scenarios as lines of JSON: {"file": …, "change": whether a pull request is built, "codes": {stage: exit code of its sh}}.
// Says of each, as a line of JSON: {"result": …, "steps": [[stage, step, what it was given], …]}, or {"mistake": …}.

import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.runtime.InvokerHelper

class Failed extends Exception {
    Failed(String why) { super(why) }
}

/** Notes what a closure of the declarative syntax says, without running what is below. */
class Section {
    final List said = []

    static List of(Closure body, List<String> known) {
        def section = new Section()
        body.delegate = section
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        section.said.each { if (known && !(it[0] in known)) { throw new IllegalArgumentException("there is no ${it[0]} here") } }
        return section.said
    }

    def methodMissing(String name, args) {
        if (name == 'credentials') { return "the secret ${args[0]}" }
        said << [name, *args]
        return null
    }

    def propertyMissing(String name) { return name in ['WORKSPACE', 'WORKSPACE_TMP'] ? "/${name}" : said << [name] }

    void propertyMissing(String name, value) { said << [name, value as String] }
}

class Build {
    final Map scenario
    final List steps = []
    String result = 'SUCCESS'
    String stage = ''

    Build(Map scenario) { this.scenario = scenario }

    def pipeline(Closure body) {
        def sections = Section.of(body, ['agent', 'environment', 'options', 'triggers', 'stages', 'post']).collectEntries()
        assert sections.agent && sections.stages
        ['environment', 'options', 'triggers', 'agent'].each { if (sections[it]) { Section.of(sections[it], []) } }
        try {
            Section.of(sections.stages, ['stage']).each { perform(it[1], it[2]) }
        } catch (Failed failed) {
            result = 'FAILURE'
        }
        stage = 'post'
        if (sections.post) { Section.of(sections.post, ['always']).each { inside(it[1]) } }
    }

    private void perform(String name, Closure body) {
        def parts = Section.of(body, ['steps', 'parallel', 'environment', 'when']).collectEntries()
        if (parts.when) {
            assert Section.of(parts.when, ['changeRequest'])
            if (!scenario.change) { return }
        }
        if (parts.environment) { Section.of(parts.environment, []) }
        if (parts.parallel) {
            def failures = []
            Section.of(parts.parallel, ['stage']).each {
                try { perform(it[1], it[2]) } catch (Failed failed) { failures << failed }
            }
            if (failures) { throw failures[0] }
        } else {
            stage = name
            inside(parts.steps)
        }
    }

    private void inside(Closure body) {
        body.delegate = this
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
    }

    def script(Closure body) { inside(body) }

    def sh(Map how) {
        assert how.keySet() == ['returnStatus', 'script'] as Set && how.returnStatus
        return ended('sh', how.script)
    }

    def sh(String script) { if (ended('sh', script) != 0) { throw new Failed('sh') } }

    def error(String why) { note('error', why); throw new Failed(why) }

    def unstable(String why) { note('unstable', why); result = 'UNSTABLE' }

    def echo(String text) { note('echo', text) }

    def junit(Map how) { note('junit', how) }

    def archiveArtifacts(Map how) { note('archiveArtifacts', how) }

    private int ended(String step, String script) {
        note(step, script)
        return script.contains('-m pip install') ? 0 : (scenario.codes[stage] ?: 0)
    }

    private void note(String step, what) { steps << [stage, step, what instanceof Map ? what : what as String] }
}

def compiled = [:].withDefault { file -> new GroovyClassLoader().parseClass(new File(file)) }
System.in.eachLine('UTF-8') { line ->
    def scenario = new JsonSlurper().parseText(line)
    def build = new Build(scenario)
    try {
        InvokerHelper.createScript(compiled[scenario.file], new Binding([pipeline: { Closure body -> build.pipeline(body) }])).run()
        println JsonOutput.toJson([result: build.result, steps: build.steps])
    } catch (Throwable mistake) {
        println JsonOutput.toJson([mistake: "${mistake.class.simpleName}: ${mistake.message}" as String])
    }
}
