using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>What editors show of properties and items, and by what they check a project.</summary>
public sealed class EditorFileTests
{
    [Fact]
    public void The_page_of_properties_is_the_documented_ones() => EditorFile.IsAsDocumented("ImageSdk.Project.xaml", PropertyPages.Project());

    [Fact]
    public void The_pages_of_items_are_the_documented_ones() => EditorFile.IsAsDocumented("ImageSdk.Items.xaml", PropertyPages.Items());

    [Fact]
    public void The_kinds_of_items_are_the_documented_ones() => EditorFile.IsAsDocumented("ImageSdk.ItemTypes.xaml", PropertyPages.ItemTypes());

    [Fact]
    public void The_schema_of_projects_is_of_what_is_documented() => EditorFile.IsAsDocumented("ImageSdk.xsd", ProjectSchema.Write());

    /// <summary>The words that editors offer are those of the pages.</summary>
    [Fact]
    public void The_words_of_a_value_are_documented()
    {
        var pages = Repository.Read("docs/properties.md").Split('\n').Concat(Repository.Read("docs/items.md").Split('\n')).Where(line => line.StartsWith('|')).ToList();
        Assert.All(DocumentedProject.Words, words =>
        {
            var name = words.Key.Split('.')[0];
            // Stages have a table of their own below that of items.
            var lines = words.Key.EndsWith(".Stage", StringComparison.Ordinal) ? pages : pages.FindAll(line => line.StartsWith($"| `{name}`", StringComparison.Ordinal));
            Assert.NotEmpty(lines);
            Assert.All(words.Value, value => Assert.Contains(lines, line => line.Contains($"`{value}`", StringComparison.Ordinal)));
        });
    }
}
