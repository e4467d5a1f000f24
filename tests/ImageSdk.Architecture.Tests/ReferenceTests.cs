using Mono.Cecil;
using NetArchTest.Rules;

namespace ImageSdk.Architecture.Tests;

/// <summary>Which room may refer to which: docs/architecture.md has the table.</summary>
public class ReferenceTests
{
    /// <summary>Rooms of daemons and programs, to which no other room refers.</summary>
    static readonly string[] programs = ["Cli", "ImageBuilder", "ImageServer", "ImageService", "Imaginator", "Tasks", "TestAdapter", "Worker"];

    /// <summary>Rooms of what runs inside the sandbox.</summary>
    static readonly string[] inside = ["Debian", "Sandbox", "Worker"];

    [Fact]
    public void Every_room_has_a_line_in_the_architecture_page() => Assert.Equal(Rooms.All, ArchitecturePage.ReadTable().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Rooms_refer_to_what_the_page_says_and_to_nothing_else() =>
        Assert.All(ArchitecturePage.ReadTable(), row => Assert.Equal(row.Value.Order(StringComparer.Ordinal), Rooms.ReferencesOf(row.Key)));

    [Fact]
    public void Assemblies_use_what_the_page_says_and_nothing_else() =>
        Assert.All(ArchitecturePage.ReadTable(), row => Assert.Subset(
            row.Value.Select(Rooms.AssemblyOf).ToHashSet(),
            AssemblyDefinition.ReadAssembly(Rooms.FileOf(row.Key)).MainModule.AssemblyReferences.Select(reference => reference.Name)
                .Where(name => Rooms.All.Any(room => Rooms.AssemblyOf(room) == name)).ToHashSet()));

    [Fact]
    public void References_go_one_way()
    {
        var order = new List<string>();
        foreach (var room in Rooms.All)
            Visit(room, []);
        Assert.Equal(Rooms.All.Count, order.Count);

        void Visit(string room, IReadOnlyList<string> above)
        {
            Assert.False(above.Contains(room), $"rooms refer to each other: {string.Join(" -> ", above)} -> {room}");
            if (order.Contains(room))
                return;
            foreach (var reference in Rooms.ReferencesOf(room))
                Visit(reference, [.. above, room]);
            order.Add(room);
        }
    }

    [Fact]
    public void Nothing_refers_to_a_program() =>
        Assert.All(Rooms.All.Except(programs), room => Assert.Empty(Rooms.ReferencesOf(room).Intersect(programs)));

    [Fact]
    public void What_MSBuild_loads_knows_nothing_of_what_runs_in_the_sandbox()
    {
        var result = Types.InAssembly(typeof(Building.ImageBuild).Assembly).ShouldNot()
            .HaveDependencyOnAny([.. inside.Select(room => $"ImageSdk.{room}")]).GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypes.Select(type => $"{type.FullName}: {type.Explanation}")));
    }

    [Fact]
    public void The_image_model_knows_no_files_and_no_wire()
    {
        var result = Types.InAssembly(typeof(Images.Image).Assembly).ShouldNot().HaveDependencyOnAny("ImageSdk.Posix", "ImageSdk.Srpc", "System.Net", "System.Diagnostics.Process").GetResult();
        Assert.True(result.IsSuccessful, string.Join(", ", result.FailingTypes.Select(type => $"{type.FullName}: {type.Explanation}")));
    }
}
