using System.Text.Json.Serialization;

namespace ImageSdk.Machines.Testing;

/// <summary>
/// All tests of an image, and how to run them: NAME.imagetests in the state of the build. It is what the test platform takes for
/// the file that tests are in.
/// </summary>
/// <param name="Command">Program and arguments that run tests of this plan; see <see cref="TestEvent"/>.</param>
sealed record TestPlan(string ProjectFile, IReadOnlyList<string> Command, IReadOnlyList<PlannedTest> Tests);

/// <summary>A test as it is listed, filtered and reported.</summary>
/// <param name="Id">The full name, unique in the plan.</param>
/// <param name="File">Where it comes from.</param>
/// <param name="Traits">Names and values that filters can ask for.</param>
sealed record PlannedTest(string Id, string DisplayName, string File, IReadOnlyDictionary<string, string> Traits);

/// <summary>
/// What a run of tests tells on its standard output, one JSON value a line. On its standard input it gets one line, the ids of
/// the tests to run as a JSON array; when that closes, it ends.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(TestStarted), "started")]
[JsonDerivedType(typeof(TestEnded), "ended")]
[JsonDerivedType(typeof(TestMessage), "message")]
abstract record TestEvent;

sealed record TestStarted(string Id) : TestEvent;

/// <param name="Error">Null for a test that passed.</param>
sealed record TestEnded(string Id, double Seconds, string? Error, string Output) : TestEvent;

/// <summary>Something to show that is about no single test.</summary>
sealed record TestMessage(string Text, bool IsWarning) : TestEvent;

[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TestPlan))]
sealed partial class TestPlanJson : JsonSerializerContext;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TestEvent))]
[JsonSerializable(typeof(string[]))]
sealed partial class TestEventJson : JsonSerializerContext;
